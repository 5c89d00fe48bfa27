using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>AlphaPO's reward: how much a response that is likely already still gains.</summary>
/// <remarks>(1 - e^(-αu)) / α; u at α = 0, which is SimPO. Gupta et al. 2025.</remarks>
public static class AlphaReward
{
    /// <param name="logProbs">u, mean log-probability of a token, [pairs], nats per token.</param>
    /// <param name="alpha">α.</param>
    public static Tensor Of(Tensor logProbs, double alpha)
    {
        ArgumentNullException.ThrowIfNull(logProbs);
        return alpha == 0 ? logProbs : (1 - (-alpha * logProbs).exp()) / alpha;
    }
}
