namespace Rlaif.Learning.Rewards;

/// <summary>-1 for each token outside of a band of lengths: a reward that pays for length is met by one that charges for it.</summary>
internal sealed class LengthReward(int shortest, int longest) : IResponseReward
{
    public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel) => [.. answers.Select(answer => Of(answer.Tokens.Length))];

    public float Of(int tokens) => Math.Min(0, Math.Min(tokens - shortest, longest - tokens));
}
