using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Cross-entropy of tokens weighed by how likely they are already: what the policy would hardly say pulls least, where in supervised training
/// it pulls most.</summary>
/// <remarks>L = Σ -p log p / tokens of the window, the first p without gradient. Wu et al. 2025 (DFT).</remarks>
public static class DynamicFineTuningLoss
{
    /// <inheritdoc cref="CrossEntropyLoss.Of"/>
    public static Tensor Of(Tensor logits, Tensor targets, long windowTokens)
    {
        var logProbs = TokenLogProbs.Of(logits, targets);
        return -(logProbs.detach().exp() * logProbs).sum() / windowTokens;
    }
}
