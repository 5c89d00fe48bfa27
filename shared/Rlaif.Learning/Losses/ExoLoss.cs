using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>The reverse KL divergence from the policy's preference to a smoothed label: seeks the mode where DPO covers all.</summary>
/// <remarks>σ(x) (log σ(x) - log(1-ε)) + σ(-x) (log σ(-x) - log ε). Ji et al. 2024 Infinite at ε = 0.</remarks>
public static class ExoLoss
{
    /// <param name="margins">x = βΔ, [pairs].</param>
    /// <param name="smoothing">ε, above 0 and below 1/2.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Of(Tensor margins, double smoothing) =>
        (torch.sigmoid(margins) * (logsigmoid(margins) - Math.Log(1 - smoothing))) + (torch.sigmoid(-margins) * (logsigmoid(-margins) - Math.Log(smoothing)));
}
