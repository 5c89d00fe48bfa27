using Rlaif.Learning.Advantages;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Over what a variant averages.</summary>
internal static class GrpoMean
{
    /// <summary>This micro-batch's part of the step's loss, a scalar.</summary>
    /// <param name="losses">[batch, time], 0 outside the mask.</param>
    /// <param name="mask">[batch, time].</param>
    /// <param name="variant">Who asks.</param>
    /// <param name="window">The optimizer step.</param>
    public static Tensor Of(Tensor losses, Tensor mask, GrpoVariant variant, GrpoWindow window) => variant switch
    {
        GrpoVariant.Grpo or GrpoVariant.Sapo => MaskedStatistics.RowMean(losses, mask).sum() / window.Rows,
        GrpoVariant.Bnpo => MaskedStatistics.Mean(losses, mask) * (mask.shape[0] / window.Rows),
        GrpoVariant.DrGrpo => losses.sum() / (window.Rows * window.MaxLength),
        GrpoVariant.Dapo or GrpoVariant.Cispo or GrpoVariant.Vespo => losses.sum() / window.Tokens,
        GrpoVariant.Luspo => losses.sum() / window.Rows,
        _ => throw new ArgumentOutOfRangeException(nameof(variant)),
    };
}
