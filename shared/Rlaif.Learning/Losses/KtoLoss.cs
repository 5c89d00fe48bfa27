using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Kahneman-Tversky optimisation: single responses that are desirable or not, compared with how far the policy has moved anyway.</summary>
/// <remarks>λ_D (1 - σ(β(u - z))) of a desirable response, λ_U (1 - σ(β(z - u))) of an undesirable one, u = log π - log π_ref. Ethayarajh et al. 2024,
/// eq. 7 and 8. With z = 0 it is APO-zero on single responses (D'Oosterlinck et al. 2024). A response that is desirable with probability q has q of the
/// one and 1-q of the other: with equal weights its gradient is 2q - 1 times that of a desirable one, and nothing at q = 1/2.</remarks>
public static class KtoLoss
{
    /// <summary>z: how much likelier the policy makes responses that have nothing to do with their prompt; an estimate of its KL divergence from the
    /// reference that costs no sampling. Not below 0, as the divergence is not.</summary>
    /// <param name="mismatched">log π - log π_ref of responses to other prompts, [responses], nats per sequence.</param>
    /// <returns>Nats per sequence; no gradient.</returns>
    public static double Baseline(Tensor mismatched)
    {
        ArgumentNullException.ThrowIfNull(mismatched);
        using var scope = NewDisposeScope();
        return Math.Max(0, mismatched.detach().to_type(ScalarType.Float64).mean().item<double>());
    }

    /// <param name="logRatios">u, [responses], nats per sequence.</param>
    /// <param name="desirable">q, probability that the response is desirable, [responses], 0..1.</param>
    /// <param name="baseline">z, one for the whole step.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="weights">λ_D and λ_U.</param>
    /// <returns>[responses], from 0 to the larger weight. Its mean is over all responses, not per kind.</returns>
    public static Tensor Of(Tensor logRatios, Tensor desirable, double baseline, double beta, (double Desirable, double Undesirable) weights)
    {
        ArgumentNullException.ThrowIfNull(logRatios);
        var rewards = beta * (logRatios - baseline);
        // 1 - σ(x) as σ(-x): next to 1 the difference would lose what is left of it.
        return (weights.Desirable * desirable * torch.sigmoid(-rewards)) + (weights.Undesirable * (1 - desirable) * torch.sigmoid(rewards));
    }
}
