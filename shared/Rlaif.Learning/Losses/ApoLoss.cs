using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>Anchored preference optimisation: says what becomes of each response, and not of their difference alone.</summary>
/// <remarks>D'Oosterlinck et al. 2024.</remarks>
public static class ApoLoss
{
    /// <summary>1 - σ(βc) + σ(βr): chosen up, rejected down. For pairs whose chosen response is better than what the policy writes.</summary>
    /// <param name="ratios">c and r.</param>
    /// <param name="beta">β, above 0.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Zero(PairRatios ratios, double beta)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        return 1 - torch.sigmoid(beta * ratios.Chosen) + torch.sigmoid(beta * ratios.Rejected);
    }

    /// <summary>σ(βc) + 1 - σ(β(c - r)): both down, rejected more. For pairs of which the policy writes better ones than the chosen.</summary>
    /// <inheritdoc cref="Zero"/>
    public static Tensor Down(PairRatios ratios, double beta)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        return torch.sigmoid(beta * ratios.Chosen) + 1 - torch.sigmoid(beta * ratios.Difference);
    }
}
