using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Probes;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>The one loop: gradients of a window, clip, update, checkpoint, whatever the algorithm.</summary>
internal static class TrainingLoop
{
    /// <summary>Trains the objective's weights, from the newest checkpoint when there is one.</summary>
    /// <returns>Metrics of all steps, those before a resume included.</returns>
    /// <exception cref="InputException">The gradient is not finite, or a checkpoint cannot be written.</exception>
    /// <exception cref="TrainingAlarmException">Something has left the alarm's band.</exception>
    public static IReadOnlyList<TrainingMetric> Run(
        IObjective objective, TrainingPlan plan, TrainingCheckpoints? checkpoints, TrainingProgress progress, CancellationToken cancel, Action<TrainedStep>? watch = null,
        AlarmWatch? alarm = null)
    {
        using var order = TensorDevice.InFixedOrder();
        using var optimizers = new PartOptimizers(objective.Parts, plan.AdamW, plan.Ema);
        var (done, before) = checkpoints?.Resume(objective.Weights, optimizers) ?? (0, []);
        objective.Resume(before);
        alarm?.Resume(before);
        var metrics = before.ToList();
        if (done > 0)
        {
            watch?.Invoke(new(done, plan.Steps, 0, 0, before));
        }

        ZeroGradients(objective.Weights);
        for (var step = done; step < plan.Steps; step++)
        {
            alarm?.Look(step, plan.Steps, metrics, cancel);
            var figures = Step(objective, plan, optimizers, step, cancel);
            metrics.AddRange(figures);
            TrainedTokens.Add(objective, plan.Batches[step]);
            TorchMemory.Sweep();
            if (plan.MayStopAfter(step))
            {
                checkpoints?.WriteWhenDue(objective.Weights, optimizers, metrics);
            }

            watch?.Invoke(new(step + 1, plan.Steps, plan.Batches[step].Length, objective.Tokens(plan.Batches[step]), figures));
            progress(step + 1, plan.Steps);
        }

        alarm?.Look(plan.Steps, plan.Steps, metrics, cancel);
        optimizers.Finish();
        return metrics;
    }

    private static List<TrainingMetric> Step(IObjective objective, TrainingPlan plan, PartOptimizers optimizers, int step, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        var figures = objective.Begin(step, plan.Batches[step], cancel);
        var sums = Backward(objective, plan.Batches[step], plan.MicroBatch, cancel);
        return
        [
            .. objective.Metrics.Zip(sums, (name, value) => new TrainingMetric(step + 1, name, value)),
            .. figures.Select(figure => new TrainingMetric(step + 1, figure.Name, figure.Value)),
            .. optimizers.Update(plan, step).Select(figure => new TrainingMetric(step + 1, figure.Name, figure.Value)),
        ];
    }

    /// <summary>Adds the gradients of the window's loss to those of the weights.</summary>
    /// <returns>The window's figures.</returns>
    private static double[] Backward(IObjective objective, int[] window, int microBatch, CancellationToken cancel)
    {
        var shared = objective.Window(window);
        var sums = new double[objective.Metrics.Count];
        foreach (var examples in window.Chunk(microBatch == 0 ? window.Length : microBatch))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (loss, figures) = objective.Part(examples, shared);
            loss.backward();
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += figures[i];
            }
        }

        return sums;
    }

    // Made here, not by the first backward pass: the first step then adds into zeros as every other does, after a resume too.
    private static void ZeroGradients(IReadOnlyList<NamedWeight> weights)
    {
        using var scope = NewDisposeScope();
        foreach (var weight in weights)
        {
            weight.Value.grad = zeros_like(weight.Value.detach());
        }
    }
}
