using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>What losses take from the full distribution over the vocabulary, at the temperature at which responses are sampled.</summary>
/// <remarks>log softmax(logits / T). T belongs to old, new and reference log-probabilities alike in reinforcement learning, and never to DPO or
/// reward models. A logit of -∞ (a forbidden token) adds nothing, to the value and to the gradient.</remarks>
public static class TokenDistribution
{
    /// <summary>log p of given tokens, [..], nats per token.</summary>
    /// <param name="logits">[.., vocabulary]; those at a position predict the id of that position.</param>
    /// <param name="ids">[..] int64.</param>
    /// <param name="temperature">T, above 0.</param>
    public static Tensor LogProbs(Tensor logits, Tensor ids, double temperature = 1)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return LogSoftmax(logits, temperature).gather(-1, ids.unsqueeze(-1)).squeeze(-1);
    }

    /// <summary>-Σ p log p over the vocabulary, [..], nats per token.</summary>
    /// <inheritdoc cref="LogProbs"/>
    public static Tensor Entropy(Tensor logits, double temperature = 1)
    {
        var logProbs = LogSoftmax(logits, temperature);
        return -(logProbs.exp() * logProbs.masked_fill(logProbs.isneginf(), 0)).sum(-1);
    }

    private static Tensor LogSoftmax(Tensor logits, double temperature)
    {
        ArgumentNullException.ThrowIfNull(logits);
        return nn.functional.log_softmax(temperature == 1 ? logits : logits / temperature, -1);
    }
}
