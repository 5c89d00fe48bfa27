using Rlaif.Learning.Optimization;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>What every step of a training does, fixed before the first: a step number is all that a resume has to know.</summary>
/// <param name="Batches">The examples of each optimizer step.</param>
/// <param name="MicroBatch">Examples of one forward pass; 0: the whole batch.</param>
/// <param name="Schedule">Learning rate of each step.</param>
/// <param name="AdamW">Settings of the optimizer.</param>
/// <param name="MaxGradientNorm">Global norm above which gradients are scaled down.</param>
internal sealed record TrainingPlan(
    IReadOnlyList<int[]> Batches, int MicroBatch, LearningRateSchedule Schedule, AdamWSettings AdamW, double MaxGradientNorm)
{
    private const double UsualDecayShare = 0.2;

    public int Steps => Batches.Count;

    /// <summary>Steps of the same number learn from the same rollouts. Between them there is nothing to go on from: the policy that made the rollouts is gone.</summary>
    public Func<int, int> Together { get; init; } = step => step;

    /// <summary>What is looked at before a step moves anything; null: nothing.</summary>
    public GuardsRecipe? Guards { get; init; }

    /// <summary>Whether earlier weights are kept, to go back to.</summary>
    public bool GoesBack => Guards is { Rollbacks: > 0 };

    /// <summary>Decay of the average of the weights that the training ends with; null: it ends with the last ones.</summary>
    public double? Ema { get; init; }

    /// <summary>Whether a training can go on after this step, from 0, with what a checkpoint holds.</summary>
    public bool MayStopAfter(int step) => Together(step) != Together(step + 1);

    public static TrainingPlan Of(TrainingRecipe recipe, IReadOnlyList<int> lengths, ulong seed)
    {
        // Every batch of rollouts is learnt from as often as the recipe says.
        var iterations = recipe is GroupRecipe group ? group.Iterations : 1;
        int[][] batches = [.. Enumerable.Range(0, recipe.Epochs).SelectMany(epoch => BatchOrder.Epoch(lengths, recipe.Batch, seed, epoch))
            .SelectMany(batch => Enumerable.Repeat(batch, iterations))];
        return Of(recipe, batches) with { Together = step => step / iterations };
    }

    /// <summary>With batches that are known.</summary>
    public static TrainingPlan Of(TrainingRecipe recipe, IReadOnlyList<int[]> batches)
    {
        var schedule = new LearningRateSchedule(recipe.LearningRate, KindOf(recipe.Schedule), recipe.WarmupSteps, batches.Count)
        {
            DecaySteps = Math.Max(1, (int)Math.Round((recipe.DecayShare ?? UsualDecayShare) * batches.Count)),
        };
        return new(batches, recipe.MicroBatch, schedule, new(WeightDecay: recipe.WeightDecay), recipe.MaxGradientNorm)
        {
            Guards = (recipe as OnlineRecipe)?.Guards, Ema = recipe.Ema,
        };
    }

    private static ScheduleKind KindOf(string schedule) => schedule switch
    {
        "constant" => ScheduleKind.Constant,
        "linear" => ScheduleKind.Linear,
        "cosine" => ScheduleKind.Cosine,
        "inverseSqrt" => ScheduleKind.InverseSqrt,
        "stableLinear" => ScheduleKind.StableLinear,
        "stableCosine" => ScheduleKind.StableCosine,
        "stableRoot" => ScheduleKind.StableRoot,
        _ => throw new InputException($"The schedule {schedule} is not known; it is constant, linear, cosine, inverseSqrt, stableLinear, stableCosine or stableRoot."),
    };
}
