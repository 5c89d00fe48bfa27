using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Tokens of both responses of each pair, the end token among them, [pairs].</summary>
public sealed record PairLengths(Tensor Chosen, Tensor Rejected);

/// <summary>Log-ratios log π - log π_ref of both responses of each pair, [pairs], nats per sequence; or what a divergence makes of them.</summary>
public sealed record PairRatios(Tensor Chosen, Tensor Rejected, PairLengths Lengths)
{
    /// <summary>The log-ratios of a policy.</summary>
    public static PairRatios Of(PairLogProbs policy, PairLogProbs reference, PairLengths lengths) =>
        new(policy.Chosen - reference.Chosen, policy.Rejected - reference.Rejected, lengths);

    /// <summary>The pairs as someone sees them who prefers the other response.</summary>
    public PairRatios Swapped => new(Rejected, Chosen, new(Lengths.Rejected, Lengths.Chosen));

    /// <summary>Δ = chosen - rejected, [pairs].</summary>
    public Tensor Difference => Chosen - Rejected;

    /// <summary>The difference of what each token contributes on average, [pairs], nats per token.</summary>
    public Tensor DifferencePerToken => (Chosen / Lengths.Chosen) - (Rejected / Lengths.Rejected);
}
