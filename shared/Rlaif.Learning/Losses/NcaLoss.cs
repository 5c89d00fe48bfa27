using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>Noise-contrastive alignment: looks at each response's own reward, so that the chosen one does not become less likely.</summary>
/// <remarks>-log σ(βc) - log σ(-βc) / 2 - log σ(-βr) / 2. Chen et al. 2024, for pairs.</remarks>
public static class NcaLoss
{
    /// <param name="ratios">c and r.</param>
    /// <param name="beta">β, above 0.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Of(PairRatios ratios, double beta)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        var (chosen, rejected) = (beta * ratios.Chosen, beta * ratios.Rejected);
        return -logsigmoid(chosen) - (0.5 * logsigmoid(-chosen)) - (0.5 * logsigmoid(-rejected));
    }
}
