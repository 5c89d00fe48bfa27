using Rlaif.Learning.Advantages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>From which tokens and responses the policy term learns.</summary>
public static class TokenSelection
{
    /// <summary>True on the tokens of highest entropy, [batch, time]: where the response could have gone elsewhere. Wang et al. 2025.</summary>
    /// <param name="entropy">[batch, time], nats.</param>
    /// <param name="mask">1 on response tokens, [batch, time].</param>
    /// <param name="share">Of the micro-batch's tokens, above 0 and below 1; 0.2 in the paper.</param>
    public static Tensor HighEntropy(Tensor entropy, Tensor mask, double share)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        ArgumentNullException.ThrowIfNull(mask);
        var real = mask.to(ScalarType.Bool);
        var known = entropy.detach()[real];
        return known.numel() == 0 ? real : real.logical_and(entropy.detach().ge(quantile(known, tensor(1 - share, known.dtype, known.device))));
    }

    /// <summary>True for a response with A of 0 or more, and for one whose tokens have become less likely by at most the limit, [batch, 1].</summary>
    /// <param name="batch">Responses.</param>
    /// <param name="limit">Largest mean of log π_old - log π, nats per token.</param>
    public static Tensor OnPolicy(GrpoBatch batch, double limit)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var drift = MaskedStatistics.RowMean((batch.Old - batch.LogProbs).detach(), batch.Mask);
        return batch.Advantages.ge(0).logical_or(drift.le(limit)).unsqueeze(-1);
    }
}
