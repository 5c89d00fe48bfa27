using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>How an algorithm learns from groups of responses: their advantages once for each batch of rollouts, then a loss of every step.</summary>
/// <param name="Name">As it stands in the names of metrics.</param>
/// <param name="Recipe">Its settings.</param>
internal abstract record GroupAlgorithm(string Name, GroupRecipe Recipe)
{
    public static GroupAlgorithm Of(OptimizationRecipe recipe) => recipe switch
    {
        { Grpo: { } grpo } => new GrpoAlgorithm(grpo),
        { Rloo: { } rloo } => new RlooAlgorithm(rloo),
        _ => throw new InputException($"{recipe.Algorithm} does not learn from its own samples."),
    };

    /// <summary>Whether log-probabilities of a frozen policy are needed.</summary>
    public abstract bool NeedsReference { get; }

    /// <summary>Whether those of the sampling policy are needed before the first step: else the step's own, detached, are the same.</summary>
    public virtual bool NeedsOld => Recipe.Iterations > 1;

    /// <summary>Whether a response without its end token is left out of the loss.</summary>
    public virtual bool MasksTruncated => false;

    /// <summary>Whether a response has one ratio, so that responses are clipped and counted and not tokens.</summary>
    public abstract bool ClipsResponses { get; }

    protected RatioClip Clip => new(Recipe.ClipLow, Recipe.ClipHigh);

    /// <param name="rewards">[groups * size], groups side by side.</param>
    /// <param name="kl">k1 against the reference, summed over each response, [groups * size], nats per sequence; null without a reference.</param>
    /// <returns>[groups * size].</returns>
    public abstract Tensor Advantages(Tensor rewards, Tensor? kl);

    /// <summary>A micro-batch's part of the step's loss.</summary>
    public abstract PolicyLoss Loss(GrpoBatch batch, GrpoWindow window);
}
