using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>DPO that is unbiased when a known share of labels is flipped.</summary>
/// <remarks>[-(1-ε) log σ(x) + ε log σ(-x)] / (1-2ε). Chowdhury et al. 2024 It may be negative.</remarks>
public static class RobustLoss
{
    /// <param name="margins">x = βΔ, [pairs].</param>
    /// <param name="flipped">ε, the share of labels that are wrong, 0 to below 1/2.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Of(Tensor margins, double flipped) =>
        ((-(1 - flipped) * logsigmoid(margins)) + (flipped * logsigmoid(-margins))) / (1 - (2 * flipped));
}
