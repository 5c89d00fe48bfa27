using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Alignment via optimal transport: the distribution of rewards in a batch is to dominate, not each pair's. Every value belongs to a place
/// in the sorted batch, not to a pair.</summary>
/// <remarks>Melnyk et al. 2024.</remarks>
public static class AotLoss
{
    /// <summary>Sorted differences of the policy against sorted differences of the reference.</summary>
    /// <param name="policy">Log-probabilities, [pairs], nats per sequence.</param>
    /// <param name="reference">The same under the reference, no gradient.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="smoothing">ε of conservative DPO, 0 to below 1/2.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Paired(PairLogProbs policy, PairLogProbs reference, double beta, double smoothing)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(reference);
        return Of(policy.Chosen - policy.Rejected, reference.Chosen - reference.Rejected, beta, smoothing);
    }

    /// <summary>Sorted log-ratios of what was chosen against sorted log-ratios of what was rejected: who was compared with whom plays no part.</summary>
    /// <inheritdoc cref="Paired"/>
    public static Tensor Unpaired(PairRatios ratios, double beta, double smoothing)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        return Of(ratios.Chosen, ratios.Rejected, beta, smoothing);
    }

    private static Tensor Of(Tensor better, Tensor worse, double beta, double smoothing)
    {
        var margins = beta * (better.sort(stable: true).Values - worse.sort(stable: true).Values);
        return SoftPreference.NegativeLogLikelihood(margins, margins, full_like(margins, 1 - smoothing));
    }
}
