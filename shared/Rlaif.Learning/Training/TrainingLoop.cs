using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Probes;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>The one loop: gradients of a window, clip, update, checkpoint, whatever the algorithm.</summary>
internal sealed class TrainingLoop
{
    private readonly IObjective objective;
    private readonly TrainingPlan plan;
    private readonly TrainingCheckpoints? checkpoints;
    private readonly PartOptimizers optimizers;
    private readonly AlarmWatch? alarm;
    private readonly List<TrainingMetric> metrics = [];
    private int rollbacks;

    private TrainingLoop(IObjective objective, TrainingPlan plan, PartOptimizers optimizers, TrainingCheckpoints? checkpoints, AlarmWatch? alarm) =>
        (this.objective, this.plan, this.optimizers, this.checkpoints, this.alarm) = (objective, plan, optimizers, checkpoints, alarm);

    /// <summary>Trains the objective's weights, from the newest checkpoint when there is one.</summary>
    /// <returns>Metrics of all steps, those before a resume included.</returns>
    /// <exception cref="InputException">The gradient is not finite, or a checkpoint cannot be written.</exception>
    /// <exception cref="TrainingAlarmException">Something has left the alarm's band.</exception>
    public static IReadOnlyList<TrainingMetric> Run(
        IObjective objective, TrainingPlan plan, TrainingCheckpoints? checkpoints, TrainingProgress progress, CancellationToken cancel, Action<TrainedStep>? watch = null,
        AlarmWatch? alarm = null)
    {
        using var order = TensorDevice.InFixedOrder();
        using var updates = new PartOptimizers(objective.Parts, plan.AdamW, plan.Ema);
        var loop = new TrainingLoop(objective, plan, updates, checkpoints, alarm);
        loop.Run(progress, watch, cancel);
        return loop.metrics;
    }

    private void Run(TrainingProgress progress, Action<TrainedStep>? watch, CancellationToken cancel)
    {
        var begin = Resume();
        if (begin > 0)
        {
            watch?.Invoke(new(begin, plan.Steps, 0, 0, [.. metrics]));
        }

        ZeroGradients();
        var isOver = false;         // with the responses of this batch of rollouts
        for (var step = begin; step < plan.Steps; step++)
        {
            alarm?.Look(step, plan.Steps, metrics, cancel);
            var before = metrics.Count;
            var verdict = isOver ? StepVerdict.LeaveOut : Step(step, cancel);
            isOver = verdict is not StepVerdict.Learn and not StepVerdict.Skip;
            metrics.AddRange(plan.Guards is null ? [] : StepGuard.Figures(step, verdict));
            TorchMemory.Sweep();
            if (plan.MayStopAfter(step))
            {
                isOver = false;
                checkpoints?.WriteWhenDue(objective, optimizers, step + 1, metrics);
            }

            var computed = verdict is StepVerdict.LeaveOut or StepVerdict.GoBack ? [] : plan.Batches[step];
            watch?.Invoke(new(step + 1, plan.Steps, computed.Length, objective.Tokens(computed), metrics[before..]));
            progress(step + 1, plan.Steps);
        }

        optimizers.Finish();
        alarm?.Look(plan.Steps, plan.Steps, metrics, cancel);
    }

    private int Resume()
    {
        var (done, before) = checkpoints?.Resume(objective, optimizers) ?? (0, []);
        alarm?.Resume(before);
        metrics.AddRange(before);
        rollbacks = before.Count(metric => metric is { Name: StepGuard.Rollbacks, Value: 1 });
        if (done == 0 && plan.GoesBack)
        {
            checkpoints?.Write(objective, optimizers, 0, metrics);
        }

        return done;
    }

    private StepVerdict Step(int step, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var looked = Fingerprints.Begin();
        looked?.Add("weights", objective.Weights.Select(weight => (Tensor)weight.Value));
        IReadOnlyList<(string Name, double Value)> figures = [];
        void Tell(IEnumerable<(string Name, double Value)> told) => metrics.AddRange(told.Select(one => new TrainingMetric(step + 1, one.Name, one.Value)));
        try
        {
            figures = objective.Begin(step, plan.Batches[step], cancel);
            var (sums, ratioMax) = Backward(plan.Batches[step], cancel);
            looked?.Add("gradients", objective.Weights.Select(weight => weight.Value.grad!));
            CheckFinite(sums, step);
            var verdict = objective.Judge(sums, ratioMax);
            var updated = verdict == StepVerdict.Learn ? optimizers.Update(plan, step, Math.Pow(0.5, rollbacks)) : [];
            Tell([.. objective.Metrics.Zip(sums), .. figures, .. updated, .. plan.Guards is { LooksAtSteps: true } ? new[] { (StepGuard.RatioMax, ratioMax) } : [], .. looked?.Told() ?? []]);
            TrainedTokens.Add(objective, plan.Batches[step]);
            if (verdict != StepVerdict.Learn)
            {
                ZeroGradients();
            }

            return verdict;
        }
        catch (DivergedException diverged) when (plan.GoesBack)
        {
            GoBack(diverged, step);
            Tell([.. figures.Where(figure => double.IsFinite(figure.Value)), .. looked?.Told() ?? []]);
            return StepVerdict.GoBack;
        }
    }

    private void CheckFinite(double[] sums, int step)
    {
        if (Array.FindIndex(sums, value => !double.IsFinite(value)) is var at and >= 0)
        {
            throw new DivergedException($"The training diverged: at step {step + 1} of {plan.Steps} {objective.Metrics[at]} is {sums[at]}; lower the learning rate {plan.Schedule.Peak}.");
        }
    }

    // The order of the data goes on, so that what went wrong is not done again; and the rate is halved (as OPT-175B's was, Zhang et al. 2022, section 2.5).
    private void GoBack(DivergedException diverged, int step)
    {
        if (rollbacks == plan.Guards!.Rollbacks || checkpoints?.GoBack(objective.Weights, optimizers, step) != true)
        {
            throw new InputException($"{diverged.Message} Rollbacks before, each to half the learning rate: {rollbacks}.", diverged);
        }

        rollbacks++;
        objective.GoBack();
        ZeroGradients();
    }

    /// <summary>Adds the gradients of the window's loss to those of the weights.</summary>
    /// <returns>The window's figures, and the largest ratio of its parts.</returns>
    private (double[] Sums, double RatioMax) Backward(int[] window, CancellationToken cancel)
    {
        using var rounded = MatrixProduct.HoldRounded();
        var shared = objective.Window(window);
        var (sums, ratioMax) = (new double[objective.Metrics.Count], 0.0);
        foreach (var examples in window.Chunk(plan.MicroBatch == 0 ? window.Length : plan.MicroBatch))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var part = objective.Part(examples, shared);
            BackwardPass.Run(part.Loss);
            ratioMax = Math.Max(ratioMax, part.RatioMax);
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += part.Metrics[i];
            }
        }

        return (sums, ratioMax);
    }

    // Made here, not by the first backward pass: the first step then adds into zeros as every other does, after a resume too.
    private void ZeroGradients()
    {
        if (objective.Weights.All(weight => weight.Value.grad is not null))
        {
            PartOptimizers.Zero(objective.Weights.Select(weight => weight.Value.grad!));
            return;
        }

        foreach (var (weight, zeros) in objective.Weights.Zip(TensorBlock.Zeros([.. objective.Weights.Select(weight => weight.Value)])))
        {
            weight.Value.grad = zeros;
            zeros.Dispose();
        }
    }
}
