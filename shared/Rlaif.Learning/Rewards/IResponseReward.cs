namespace Rlaif.Learning.Rewards;

/// <summary>A response that was sampled in a training, as rewards see it.</summary>
/// <param name="Prompt">Which prompt of the training's data, from 0.</param>
/// <param name="PromptTokens">Its token ids.</param>
/// <param name="Tokens">Token ids of the response, its end token included when it ended.</param>
/// <param name="Ended">Whether the policy ended it; false: cut off.</param>
public sealed record SampledAnswer(int Prompt, int[] PromptTokens, int[] Tokens, bool Ended);

/// <summary>One source of rewards. The same answers get the same rewards.</summary>
public interface IResponseReward
{
    /// <summary>Told of answers that <see cref="Of"/> will be asked about later: who takes long begins now.</summary>
    void Announce(IReadOnlyList<SampledAnswer> answers)
    {
    }

    /// <summary>What each answer is worth, in their order; NaN where the source has nothing to say of it.</summary>
    IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel);
}
