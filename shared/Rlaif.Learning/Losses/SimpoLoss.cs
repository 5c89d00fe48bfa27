using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Simple preference optimisation: the reward is the mean log-probability of a token, and the better response is to win by a margin.</summary>
/// <remarks>-(1-ε) log σ(x) - ε log σ(-x), x = β(c̄ - r̄) - γ. Meng et al. 2024; ε as in conservative DPO.</remarks>
public static class SimpoLoss
{
    /// <param name="differences">c̄ - r̄, difference of rewards, [pairs], nats per token.</param>
    /// <param name="beta">β, above 0.</param>
    /// <param name="gamma">γ, the margin, from 0.</param>
    /// <param name="smoothing">ε, 0 to below 1/2.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Of(Tensor differences, double beta, double gamma, double smoothing)
    {
        var margins = (beta * differences) - gamma;
        return SoftPreference.NegativeLogLikelihood(margins, margins, full_like(margins, 1 - smoothing));
    }
}
