using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>No loss from a margin of 1 on (SLiC-HF with log-ratios).</summary>
/// <remarks>max(0, 1 - x). Zhao et al. 2023; Liu et al. 2024 (RSO)</remarks>
public static class HingeLoss
{
    /// <param name="margins">x = βΔ, [pairs].</param>
    /// <returns>[pairs].</returns>
    public static Tensor Of(Tensor margins) => relu(1 - margins);
}
