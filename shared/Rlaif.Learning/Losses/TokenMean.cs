using Rlaif.Learning.Advantages;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>A mean over tokens that does not depend on how a batch is cut into micro-batches.</summary>
internal static class TokenMean
{
    /// <param name="losses">[batch, time].</param>
    /// <param name="mask">[batch, time].</param>
    /// <param name="windowTokens">The divisor; null: the tokens of this mask.</param>
    public static Tensor Of(Tensor losses, Tensor mask, double? windowTokens) =>
        windowTokens is { } tokens ? MaskedStatistics.Fill(losses, mask).sum() / tokens : MaskedStatistics.Mean(losses, mask);
}
