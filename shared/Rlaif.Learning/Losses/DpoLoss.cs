using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Log-probabilities of both responses of each pair, [pairs], nats per sequence.</summary>
public sealed record PairLogProbs(Tensor Chosen, Tensor Rejected);

/// <summary>A loss of each pair, [pairs], and the margins behind it, [pairs], without gradient.</summary>
public sealed record PairLoss(Tensor PerPair, Tensor Margins);

/// <summary>Direct preference optimisation on a soft label.</summary>
/// <remarks>L = -p log σ(βΔ) - (1-p) log σ(-βΔ), with Δ = (log π - log π_ref)(chosen) - (log π - log π_ref)(rejected).
/// p = 1: Rafailov et al. 2023, eq. 7. p = 1-ε: conservative DPO (Mitchell 2023). p = 1/2: a tie.</remarks>
public static class DpoLoss
{
    /// <param name="policy">Summed response log-probabilities, [pairs], nats per sequence.</param>
    /// <param name="reference">The same under the reference, no gradient.</param>
    /// <param name="preference">p that chosen is better, [pairs], 0..1.</param>
    /// <param name="beta">β, above 0: nats of reward per nat of log-ratio.</param>
    /// <returns>The loss of each pair; margins βΔ.</returns>
    public static PairLoss Of(PairLogProbs policy, PairLogProbs reference, Tensor preference, double beta)
    {
        var margins = beta * ((policy.Chosen - reference.Chosen) - (policy.Rejected - reference.Rejected));    // [pairs]
        return new(SoftPreference.NegativeLogLikelihood(margins, margins, preference), margins.detach());
    }
}
