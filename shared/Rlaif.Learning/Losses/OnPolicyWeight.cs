using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Weighted preference optimisation: a pair counts the more, the likelier the policy is to write it, so that old pairs act as its own would.</summary>
/// <remarks>w = exp(ū_c + ū_r), u_t = log π(y_t) - log Σ_v π(v)², ū its mean over a response's tokens. Zhou et al. 2024 (WPO), with the alignment
/// of weights for sampled tokens. It needs the whole vocabulary, so logits.</remarks>
public static class OnPolicyWeight
{
    /// <summary>log Σ_v π(v)², which is what a sampled token's log-probability is compared with; no gradient.</summary>
    /// <param name="logits">[tokens, vocabulary].</param>
    /// <returns>[tokens], nats.</returns>
    public static Tensor LogSumOfSquares(Tensor logits)
    {
        ArgumentNullException.ThrowIfNull(logits);
        using var scope = NewDisposeScope();
        var fixedLogits = logits.detach();
        return ((2 * fixedLogits).logsumexp(-1) - (2 * fixedLogits.logsumexp(-1))).MoveToOuterDisposeScope();
    }

    /// <summary>The weight of each pair.</summary>
    /// <param name="means">ū of both responses, [pairs], nats per token.</param>
    /// <returns>[pairs], no gradient. 1 where every token is as likely as a sampled one is on average; it may be above.</returns>
    public static Tensor Of(PairLogProbs means)
    {
        ArgumentNullException.ThrowIfNull(means);
        return (means.Chosen + means.Rejected).exp().detach();
    }
}
