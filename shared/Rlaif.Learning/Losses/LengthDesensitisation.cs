namespace Rlaif.Learning.Losses;

/// <summary>Length-desensitised preference optimisation: what a response has beyond the length of the other counts less, so that length alone wins
/// less.</summary>
/// <remarks>log π = Σ_{t ≤ L} log π_t + α Σ_{t > L} log π_t, L the length of the pair's shorter response, for policy and reference alike. Liu et al.
/// 2024 (LD-DPO).</remarks>
public static class LengthDesensitisation
{
    /// <param name="tokens">Under the policy, or under the reference.</param>
    /// <param name="alpha">α, 0 to 1; null or 1: plain sums.</param>
    /// <returns>Weighed sums, [pairs], nats per sequence.</returns>
    public static PairLogProbs Sums(PairTokens tokens, double? alpha)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return tokens.Sums(alpha is null ? tokens.LogProbs : tokens.LogProbs * tokens.Beside(Weights(tokens.Lengths, alpha.Value)));
    }

    private static IEnumerable<double> Weights(IReadOnlyList<(int Chosen, int Rejected)> lengths, double alpha) =>
    [
        .. lengths.SelectMany(pair => Of(pair.Chosen, pair.Rejected, alpha)),
        .. lengths.SelectMany(pair => Of(pair.Rejected, pair.Chosen, alpha)),
    ];

    private static IEnumerable<double> Of(int length, int other, double alpha) => Enumerable.Range(0, length).Select(t => t < other ? 1 : alpha);
}
