using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Cross-entropy of tokens weighed by how likely they are already: what the policy would hardly say pulls least, where in supervised training
/// it pulls most.</summary>
/// <remarks>L = Σ -p log p / tokens of the window, the first p without gradient. Wu et al. 2025 (DFT).</remarks>
public static class DynamicFineTuningLoss
{
    /// <summary>The part of one micro-batch in the window's loss, a scalar.</summary>
    /// <param name="logProbs">Of the tokens that count, [rows], nats per token.</param>
    /// <param name="windowTokens">Tokens that count in all micro-batches of the optimizer step.</param>
    public static Tensor Of(Tensor logProbs, long windowTokens)
    {
        ArgumentNullException.ThrowIfNull(logProbs);
        return -(logProbs.detach().exp() * logProbs).sum() / windowTokens;
    }
}
