using Rlaif.Learning.Models;
using Rlaif.Learning.Rewards;

namespace Rlaif.Learning.Training;

/// <summary>What a policy answered to one prompt, and what the answers are worth.</summary>
/// <param name="Group">The prompt and the sampled responses.</param>
/// <param name="Ended">Whether each response has its end token.</param>
/// <param name="Rewards">Of each response, after penalties; finite.</param>
internal sealed record Rollout(ResponseGroup Group, IReadOnlyList<bool> Ended, IReadOnlyList<float> Rewards)
{
    /// <summary>What each source of the rewards gave each response; none where the recipe names no sources and there is nothing to tell apart.</summary>
    public IReadOnlyList<RewardPart> Parts { get; init; } = [];

    /// <summary>Batches of rollouts that the policy has learnt from since it sampled; 0: it is the one that sampled.</summary>
    public int Staleness { get; init; }

    /// <summary>Whether any source of the rewards said anything of any response: else they are all worth the same, which nobody said.</summary>
    public bool IsJudged { get; init; } = true;

    /// <summary>log μ of each response's tokens in the distribution that they were drawn from; needed where the policy is another one now.</summary>
    public IReadOnlyList<float[]> Behaviour { get; init; } = [];
}

/// <summary>What a policy answered to the prompts of a batch, before anybody has said what it is worth.</summary>
/// <param name="Batch">Number of the batch of rollouts, from 0.</param>
/// <param name="Answers">As many to each prompt, side by side.</param>
/// <param name="LogProbs">log μ of the tokens of each, in the distribution that they were drawn from.</param>
internal sealed record SampledBatch(int Batch, IReadOnlyList<SampledAnswer> Answers, IReadOnlyList<float[]> LogProbs)
{
    /// <summary>Batches of rollouts that the policy had learnt from.</summary>
    public int Policy { get; init; } = Batch;
}

/// <summary>Where rollouts come from.</summary>
internal interface IRollouts : IDisposable
{
    /// <summary>Answers of the policy as it is now. The same policy, batch and prompts give the same bits.</summary>
    /// <param name="policy">Who answers.</param>
    /// <param name="batch">Number of the batch of rollouts, from 0.</param>
    /// <param name="prompts">Which prompts.</param>
    /// <param name="cancel">Looked at between tokens.</param>
    /// <returns>In the order of the prompts, as many responses to each.</returns>
    IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel);

    /// <summary>Writes what was sampled and is not learnt from yet into the folder of a checkpoint.</summary>
    void Keep(string checkpoint)
    {
    }

    /// <summary>Goes on with what a checkpoint holds.</summary>
    void Resume(string checkpoint)
    {
    }

    /// <summary>The policy went back to earlier weights: what it sampled and has not learnt from is given up.</summary>
    void Forget()
    {
    }

    /// <summary>What the greedy response to each prompt is worth, after penalties.</summary>
    IReadOnlyList<float> Greedy(LanguageModel policy, IReadOnlyList<int> prompts, CancellationToken cancel);
}
