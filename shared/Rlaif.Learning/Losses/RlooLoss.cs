using Rlaif.Learning.Advantages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>REINFORCE on whole responses with PPO's clip, for advantages of <see cref="LeaveOneOut"/>: the response is the action.</summary>
/// <remarks>L = mean_i max(-A r, -A clip(r, 1-ε_low, 1+ε_high)), r = exp(Σ_t log π - log π_old), a sum where GSPO takes the mean.
/// Ahmadian et al. 2024. On the policy's own rollouts r is 1 and the gradient is REINFORCE's.</remarks>
public static class RlooLoss
{
    /// <param name="logProbs">log π, [batch, time], nats per token.</param>
    /// <param name="old">log π_old, no gradient.</param>
    /// <param name="advantages">A, [batch].</param>
    /// <param name="mask">1 on response tokens, [batch, time].</param>
    /// <param name="clip">Bounds of the ratio of a response.</param>
    /// <param name="windowRows">Responses in all micro-batches of the optimizer step, whose losses then add up; null: those of this one. A response without
    /// tokens is none.</param>
    /// <returns>The statistics are of responses, not of tokens: KL in nats per sequence.</returns>
    public static PolicyLoss Of(Tensor logProbs, Tensor old, Tensor advantages, Tensor mask, RatioClip? clip = null, double? windowRows = null)
    {
        ArgumentNullException.ThrowIfNull(advantages);
        ArgumentNullException.ThrowIfNull(mask);
        var sums = PolicyRatio.LogRatios(logProbs, old, mask, limit: null).sum(-1, keepdim: true);      // [batch, 1]
        return PpoPolicyLoss.Of(sums, zeros_like(sums), advantages.unsqueeze(-1), mask.to(ScalarType.Bool).any(-1, keepdim: true), clip, windowTokens: windowRows);
    }
}
