using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Supervised loss on what a pair prefers, as a term beside a loss of pairs: it holds up the chosen response where a margin alone would let
/// both fall.</summary>
/// <remarks>Pang et al. 2024 (RPO); Wang et al. 2024 (MPO) mix three losses. A soft label p weighs the likelihood of the chosen response
/// against that of the rejected, as in <see cref="PairVariant"/>.</remarks>
public static class LikelihoodTerm
{
    /// <summary>Mean over the tokens of the whole batch: long responses weigh more. Its mean over the batch's pairs is that mean.</summary>
    /// <param name="sums">Summed response log-probabilities, [pairs], nats per sequence.</param>
    /// <param name="preference">p that chosen is better, [pairs], 0..1.</param>
    /// <param name="tokensPerPair">Tokens that count in the batch, p |yc| + (1-p) |yr| of every pair, divided by its pairs.</param>
    /// <returns>[pairs], nats per token.</returns>
    public static Tensor PerToken(PairLogProbs sums, Tensor preference, double tokensPerPair)
    {
        ArgumentNullException.ThrowIfNull(sums);
        return Mixed(-sums.Chosen, -sums.Rejected, preference) / tokensPerPair;
    }

    /// <summary>Mean over the tokens of a response, then over pairs: each pair weighs the same.</summary>
    /// <param name="sums">As above.</param>
    /// <param name="lengths">Tokens of the responses, [pairs].</param>
    /// <param name="preference">p that chosen is better, [pairs], 0..1.</param>
    /// <returns>[pairs], nats per token.</returns>
    public static Tensor PerSequence(PairLogProbs sums, PairLengths lengths, Tensor preference)
    {
        ArgumentNullException.ThrowIfNull(sums);
        ArgumentNullException.ThrowIfNull(lengths);
        return Mixed(-sums.Chosen / lengths.Chosen, -sums.Rejected / lengths.Rejected, preference);
    }

    private static Tensor Mixed(Tensor chosen, Tensor rejected, Tensor preference) => (preference * chosen) + ((1 - preference) * rejected);
}
