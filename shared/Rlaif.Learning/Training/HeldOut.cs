using Rlaif.Learning.Native;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>An objective's figures on data that nothing is learnt from.</summary>
internal static class HeldOut
{
    /// <summary>Means over all examples, as of step 0; a step's figures count as much as what its own mean divides by.</summary>
    /// <param name="objective">Not one that samples.</param>
    /// <param name="plan">Of one epoch.</param>
    /// <param name="cancel">Looked at between batches.</param>
    public static IReadOnlyList<TrainingMetric> Measure(IObjective objective, TrainingPlan plan, CancellationToken cancel)
    {
        using var order = TensorDevice.InFixedOrder();
        using var guard = no_grad();
        var sums = new double[objective.Metrics.Count];
        var count = 0L;
        foreach (var batch in plan.Batches)
        {
            var window = objective.Window(batch);
            foreach (var examples in batch.Chunk(plan.MicroBatch == 0 ? batch.Length : plan.MicroBatch))
            {
                cancel.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var figures = objective.Part(examples, window).Metrics;
                for (var i = 0; i < sums.Length; i++)
                {
                    sums[i] += figures[i] * window.Count;
                }
            }

            count += window.Count;
        }

        return [.. objective.Metrics.Zip(sums, (name, sum) => new TrainingMetric(0, name, sum / count))];
    }
}
