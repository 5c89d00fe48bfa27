using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Holds the logarithm of the softmax's denominator near 0, so that logits cannot drift together: a constant added to all of them changes no
/// probability and no other loss.</summary>
/// <remarks>ζ Σ (log Σ_v e^logit)² / tokens of the window. Chowdhery et al. 2022 (PaLM), section 5, with ζ = 1e-4.</remarks>
public static class ZLoss
{
    /// <summary>The part of one micro-batch in the window's loss, a scalar.</summary>
    /// <param name="logits">[rows, vocabulary], one row for each token that counts.</param>
    /// <param name="windowTokens">Tokens that count in all micro-batches of the optimizer step.</param>
    /// <param name="weight">ζ, 0 or more.</param>
    public static Tensor Of(Tensor logits, long windowTokens, double weight)
    {
        ArgumentNullException.ThrowIfNull(logits);
        return weight * logits.logsumexp(-1).square().sum() / windowTokens;
    }
}
