using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>What all micro-batches of a step share.</summary>
/// <param name="Rows">Responses of the step.</param>
/// <param name="Tokens">Response tokens that are learnt from in the batch of rollouts.</param>
/// <param name="Responses">Responses that are learnt from in the batch of rollouts.</param>
/// <param name="MaxLength">Tokens that a response may have.</param>
internal sealed record GroupWindow(double Rows, double Tokens, double Responses, double MaxLength);

/// <summary>What a batch of rollouts is learnt from, response by response: those of a group adjacent.</summary>
/// <param name="Rewards">[responses].</param>
/// <param name="Lengths">Tokens of each.</param>
/// <param name="Old">log π of each response's tokens under the policy that sampled; null where nothing asks for it.</param>
/// <param name="Reference">The same under the reference.</param>
internal sealed record GroupSamples(Tensor Rewards, IReadOnlyList<int> Lengths, IReadOnlyList<float[]>? Old, IReadOnlyList<float[]>? Reference)
{
    /// <summary>Of the greedy response to each prompt, [prompts]; null where the algorithm does not ask for it.</summary>
    public Tensor? Greedy { get; init; }

    /// <summary>The rewards source by source; null where the algorithm does not ask for it.</summary>
    public RewardSources? Sources { get; init; }

    /// <summary>k1 against the reference, summed over each response, [responses], nats per sequence; null where one of both is missing.</summary>
    public Tensor? Kl => Old is null || Reference is null ? null : SequenceKl(Old, Reference);

    public static Tensor SequenceKl(IReadOnlyList<float[]> policy, IReadOnlyList<float[]> reference) => tensor(policy.Zip(reference, (p, q) => p.Sum() - q.Sum()).ToArray());
}

/// <summary>What each source of the rewards said. In f64: the mean of equal numbers is that number then, and what is scaled twice is not its rounding.</summary>
/// <param name="Scores">[responses, sources], NaN where one said nothing.</param>
/// <param name="Weights">What each is multiplied by, [sources].</param>
internal sealed record RewardSources(Tensor Scores, Tensor Weights)
{
    /// <summary>Of rollouts all of whose samples are learnt from.</summary>
    public static RewardSources Of(IReadOnlyList<Rollout> made) => new(
        stack(made[0].Parts.Select((_, i) => tensor(made.SelectMany(rollout => rollout.Parts[i].Scores).Select(score => (double)score).ToArray())), 1),
        tensor(made[0].Parts.Select(part => part.Weight).ToArray()));
}

/// <summary>How an algorithm learns from groups of responses: what each is worth once for each batch of rollouts, then a loss of every step.</summary>
/// <param name="Name">As it stands in the names of metrics.</param>
/// <param name="Recipe">Its settings.</param>
internal abstract record GroupAlgorithm(string Name, GroupRecipe Recipe)
{
    public static GroupAlgorithm Of(OptimizationRecipe recipe) => recipe switch
    {
        { Grpo: { } grpo } => new GrpoAlgorithm(grpo),
        { Rloo: { } rloo } => new RlooAlgorithm(rloo),
        { ReinforcePlusPlus: { } reinforce } => new ReinforceAlgorithm(reinforce),
        { BestOfN: { } best } => new BestOfNAlgorithm(best),
        { OnlineDpo: { } pairs } => new OnlineDpoAlgorithm(pairs),
        _ => throw new InputException($"{recipe.Algorithm} does not learn from its own samples."),
    };

    /// <summary>Whether log-probabilities of a frozen policy are needed.</summary>
    public abstract bool NeedsReference { get; }

    /// <summary>Whether what a response is worth depends on how far it is from the reference.</summary>
    public virtual bool NeedsKl => false;

    /// <summary>Whether the loss has a ratio to the policy that sampled; then all samples are learnt from.</summary>
    public virtual bool HasRatio => true;

    /// <summary>Whether that ratio is to stored log-probabilities. With one step on each batch of responses the step's own, detached, are the same, and to the
    /// last bit: stored ones come from batches of another composition.</summary>
    public bool HasOldRatio => HasRatio && Recipe.Iterations > 1;

    /// <summary>Whether the greedy response to each prompt is needed, too.</summary>
    public virtual bool NeedsGreedy => false;

    /// <summary>Whether what each source of the rewards said is needed, and not their sum alone; then all samples are learnt from.</summary>
    public virtual bool NeedsSources => false;

    /// <summary>Whether a response without its end token is left out of the loss.</summary>
    public virtual bool MasksTruncated => false;

    /// <summary>At which log-probabilities are taken: that of sampling where the loss has a ratio to the policy that sampled.</summary>
    public double Temperature => HasRatio ? Recipe.Temperature : 1;

    /// <summary>Names of the figures of <see cref="Loss"/>.</summary>
    public virtual IReadOnlyList<string> Metrics => ["clip_fraction"];

    /// <summary>Whether each token has a worth of its own.</summary>
    public virtual bool WeighsTokens => false;

    /// <summary>What the policy's own samples are worth to it, and those of an older one by their weight.</summary>
    protected Tensor Weighed(GrpoBatch batch) =>
        batch.Weights is null ? batch.Advantages : batch.Advantages * (WeighsTokens ? batch.Weights : batch.Weights.squeeze(-1));

    protected RatioClip Clip => new(Recipe.ClipLow, Recipe.ClipHigh);

    /// <summary>Which samples of a prompt are learnt from, as many of each; all.</summary>
    public virtual IReadOnlyList<int> Learnt(IReadOnlyList<float> rewards) => [.. Enumerable.Range(0, rewards.Count)];

    /// <summary>What each response is worth: one advantage, or one for each of its tokens; or the probability of being the better one of a pair.</summary>
    /// <returns>In the order of the samples.</returns>
    public abstract IReadOnlyList<float[]> Worth(GroupSamples samples);

    /// <summary>A micro-batch's part of the step's loss, and of its figures.</summary>
    public abstract LossPart Loss(GrpoBatch batch, GroupWindow window);

    /// <summary>One value for each response.</summary>
    protected static IReadOnlyList<float[]> Each(Tensor values) => [.. values.to(ScalarType.Float32).cpu().data<float>().Select(value => new[] { value })];

    /// <summary>Responses that have a token to learn from.</summary>
    protected static long Responses(GrpoBatch batch) => batch.Mask.any(-1).sum().ToInt64();

    /// <summary>Tokens to learn from.</summary>
    protected static long Tokens(GrpoBatch batch) => batch.Mask.sum().ToInt64();
}
