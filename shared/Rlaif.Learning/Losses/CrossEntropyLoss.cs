using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Next-token cross-entropy, averaged over the tokens of a whole accumulation window.</summary>
/// <remarks>L = Σ [-(1-ε) log p(target) - ε mean_v log p(v)] / tokens of the window. The losses of the window's micro-batches add up to the
/// loss of the step; a mean of micro-batch means is another loss when micro-batches differ in tokens (transformers' <c>num_items_in_batch</c>).
/// ε spreads over the whole vocabulary, the target included: Szegedy et al. 2016, section 7.</remarks>
public static class CrossEntropyLoss
{
    /// <summary>The part of one micro-batch in the window's loss, a scalar in nats per token.</summary>
    /// <param name="logits">[rows, vocabulary], one row for each token that counts. Smoothing needs the whole vocabulary, so not log-probabilities.</param>
    /// <param name="targets">[rows] int64: the token that each row predicts.</param>
    /// <param name="windowTokens">Tokens that count in all micro-batches of the optimizer step.</param>
    /// <param name="smoothing">ε, 0 to below 1.</param>
    public static Tensor Of(Tensor logits, Tensor targets, long windowTokens, double smoothing = 0) =>
        nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.Sum, label_smoothing: smoothing) / windowTokens;

    /// <summary>The same without smoothing, a scalar in nats per token.</summary>
    /// <param name="logProbs">log p(target) of each token that counts, [tokens], nats.</param>
    /// <param name="windowTokens">Tokens that count in all micro-batches of the optimizer step.</param>
    public static Tensor OfLogProbs(Tensor logProbs, long windowTokens) => -logProbs.sum() / windowTokens;
}
