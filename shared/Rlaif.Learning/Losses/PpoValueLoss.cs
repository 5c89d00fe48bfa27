using Rlaif.Learning.Advantages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>A value loss, a scalar, and what belongs beside it, scalars without gradient.</summary>
/// <param name="Loss">Before the coefficient of values; 0.1 in TRL.</param>
/// <param name="ClipFraction">Share of tokens whose prediction had moved further than the bound, to no use.</param>
/// <param name="ExplainedVariance">1 - var(R - V) / var(R): 1 is perfect, 0 no better than a constant, NaN where all returns are the same.</param>
public sealed record ValueLoss(Tensor Loss, Tensor ClipFraction, Tensor ExplainedVariance);

/// <summary>The critic's squared error, without reward for moving far in one batch of rollouts.</summary>
/// <remarks>L = 1/2 mean max((V - R)², (V_old + clip(V - V_old, ±ε) - R)²). Baselines' PPO2; Stiennon et al. 2020.</remarks>
public static class PpoValueLoss
{
    /// <param name="values">V of the critic, [batch, time].</param>
    /// <param name="old">V when the rollouts were made, no gradient.</param>
    /// <param name="returns">R, of un-whitened advantages, [batch, time].</param>
    /// <param name="mask">1 on response tokens, [batch, time].</param>
    /// <param name="clip">ε, above 0: 0.2 in TRL, 0.5 in OpenRLHF and verl; null: none. It is in the unit of rewards.</param>
    /// <param name="windowTokens">Response tokens in all micro-batches of the optimizer step; null: those of this one.</param>
    public static ValueLoss Of(Tensor values, Tensor old, Tensor returns, Tensor mask, double? clip = 0.2, double? windowTokens = null)
    {
        var (value, before, target) = (MaskedStatistics.Fill(values, mask), MaskedStatistics.Fill(old, mask), MaskedStatistics.Fill(returns, mask));
        var free = (value - target).square();
        var bound = clip is { } most ? (before + (value - before).clamp(-most, most) - target).square() : free;
        var loss = TokenMean.Of(torch.maximum(free, bound), mask, windowTokens) / 2;
        return new(loss, MaskedStatistics.Mean(bound.gt(free).to(values.dtype), mask), Explained(value.detach(), target, mask));
    }

    private static Tensor Explained(Tensor values, Tensor returns, Tensor mask)
    {
        var variance = MaskedStatistics.PopulationVariance(returns, mask);
        return (1 - (MaskedStatistics.PopulationVariance(returns - values, mask) / variance)).masked_fill(variance.eq(0), double.NaN);
    }
}
