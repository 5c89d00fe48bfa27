using Rlaif.Learning.Advantages;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>A policy loss, a scalar, and what belongs beside it in a log.</summary>
public sealed record PolicyLoss(Tensor Loss, PolicyStatistics Statistics);

/// <summary>How far the policy has moved from the one that sampled: means over the real tokens of the micro-batch (over its responses where a
/// response has one ratio), scalars without gradient.</summary>
/// <param name="ClipFraction">Share whose gradient is clipped away.</param>
/// <param name="ClipFractionLow">Of all, those below 1 - ε that the advantage pushes further down.</param>
/// <param name="ClipFractionHigh">Of all, those above 1 + ε that the advantage pushes further up.</param>
/// <param name="KlK1">Estimates of KL(π_old‖π), nats: log π_old - log π.</param>
/// <param name="KlK2">Half its square.</param>
/// <param name="KlK3">ratio - 1 - log ratio, never negative: the one to watch and to stop at.</param>
/// <param name="RatioMean">1 in expectation.</param>
/// <param name="RatioMax">Explodes before anything else does.</param>
public sealed record PolicyStatistics(
    Tensor ClipFraction, Tensor ClipFractionLow, Tensor ClipFractionHigh, Tensor KlK1, Tensor KlK2, Tensor KlK3, Tensor RatioMean, Tensor RatioMax)
{
    /// <param name="logRatios">log π - log π_old as the loss saw it, clamped.</param>
    /// <param name="low">Bool, clipped below.</param>
    /// <param name="high">Bool, clipped above.</param>
    /// <param name="mask">What counts; all of one shape.</param>
    internal static PolicyStatistics Of(Tensor logRatios, Tensor low, Tensor high, Tensor mask)
    {
        var logs = logRatios.detach();
        var ratio = logs.exp();
        Tensor Share(Tensor flags) => MaskedStatistics.Mean(flags.to(ratio.dtype), mask);
        return new(
            Share(low.logical_or(high)), Share(low), Share(high), MaskedStatistics.Mean(-logs, mask),
            MaskedStatistics.Mean(logs.square() / 2, mask), MaskedStatistics.Mean(logs.expm1() - logs, mask),
            MaskedStatistics.Mean(ratio, mask), MaskedStatistics.Fill(ratio, mask).max());
    }
}
