namespace Rlaif.Learning.Sampling;

/// <summary>A token as it was drawn.</summary>
/// <param name="Id">Token id.</param>
/// <param name="LogProb">Its log-probability in nats under the model's full distribution, whatever temperature and top-p it was drawn with:
/// what <see cref="Models.TokenLogProbs"/> gives for it.</param>
/// <param name="Top">The likeliest tokens of the same distribution, likeliest first, the lower id first among equals.</param>
public sealed record SampledToken(int Id, float LogProb, IReadOnlyList<(int Id, float LogProb)> Top)
{
    /// <summary>Its log-probability in nats under the distribution that it was drawn from, after temperature and top-p: what a policy that learns from it
    /// later is compared with. 0 at temperature 0.</summary>
    public float DrawnLogProb { get; init; } = LogProb;
}

/// <summary>A sampled response.</summary>
/// <param name="Tokens">Its tokens; the end token is the last one when <paramref name="Ended"/>.</param>
/// <param name="Ended">Whether the model ended it; false when it ran out of tokens or positions, or was stopped.</param>
public sealed record SampledResponse(IReadOnlyList<SampledToken> Tokens, bool Ended);
