using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>A classifier of good and bad responses whose logit is the reward (BCO), without the shift of rewards.</summary>
/// <remarks>-log σ(βc) - log σ(-βr). Jung et al. 2024, at δ = 0, as TRL's bco_pair.</remarks>
public static class BinaryClassifierLoss
{
    /// <param name="ratios">c and r.</param>
    /// <param name="beta">β, above 0.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Of(PairRatios ratios, double beta)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        return -logsigmoid(beta * ratios.Chosen) - logsigmoid(-beta * ratios.Rejected);
    }
}
