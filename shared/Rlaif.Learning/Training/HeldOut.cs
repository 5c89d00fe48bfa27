using Rlaif.Learning.Native;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>An objective's figures on data that nothing is learnt from.</summary>
internal static class HeldOut
{
    /// <summary>Means over all examples, as of step 0.</summary>
    /// <remarks>One window of all of them: figures divide by different things (pairs, labels, desirable responses), and so does each figure's mean. KTO's
    /// baseline becomes that of all. A loss that sorts its batch sorts as many here as in a step.</remarks>
    /// <param name="objective">Not one that samples.</param>
    /// <param name="plan">Of one epoch.</param>
    /// <param name="cancel">Looked at between batches.</param>
    public static IReadOnlyList<TrainingMetric> Measure(IObjective objective, TrainingPlan plan, CancellationToken cancel)
    {
        using var order = TensorDevice.InFixedOrder();
        using var guard = no_grad();
        using var all = NewDisposeScope();
        var window = objective.Window([.. plan.Batches.SelectMany(batch => batch)]);
        var sums = new double[objective.Metrics.Count];
        foreach (var examples in plan.Batches.SelectMany(batch => batch.Chunk(plan.MicroBatch == 0 ? batch.Length : plan.MicroBatch)))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var figures = objective.Part(examples, window).Metrics;
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += figures[i];
            }
        }

        return [.. objective.Metrics.Zip(sums, (name, sum) => new TrainingMetric(0, name, sum))];
    }
}
