using Rlaif.Learning.Advantages;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>How wide the ratio π / π_old of a token or response may move, for the clipped losses.</summary>
/// <param name="Low">ε below: the ratio counts down to 1 - ε. 0.2 in Schulman et al. 2017.</param>
/// <param name="High">ε above: the ratio counts up to 1 + ε. 0.28 in DAPO ("clip higher").</param>
/// <param name="LogRatio">Largest absolute log-ratio before the exponential, no gradient beyond: e^800 is infinite and its gradient NaN. 20 in
/// OpenRLHF and verl; null, as in TRL: none.</param>
public sealed record RatioClip(double Low = 0.2, double High = 0.2, double? LogRatio = 20);

/// <summary>Log-ratios of the policy to the one that sampled, and what clipping makes of their exponential.</summary>
internal static class PolicyRatio
{
    /// <summary>log π - log π_old, clamped, 0 outside the mask, [batch, time].</summary>
    public static Tensor LogRatios(Tensor logProbs, Tensor old, Tensor mask, double? limit)
    {
        var logRatios = MaskedStatistics.Fill(logProbs - old, mask);
        return limit is { } most ? logRatios.clamp(-most, most) : logRatios;
    }

    /// <summary>-A · clip(ratio): what a token costs whose ratio has left the bounds.</summary>
    public static Tensor Clipped(Tensor ratio, Tensor advantages, RatioClip clip) => -advantages * ratio.clamp(1 - clip.Low, 1 + clip.High);

    /// <summary>True where the ratio is below the bound and the advantage would push it further down: no gradient there.</summary>
    public static Tensor IsClippedLow(Tensor ratio, Tensor advantages, RatioClip clip) => ratio.lt(1 - clip.Low).logical_and(advantages.lt(0));

    /// <summary>True where the ratio is above the bound and the advantage would push it further up.</summary>
    public static Tensor IsClippedHigh(Tensor ratio, Tensor advantages, RatioClip clip) => ratio.gt(1 + clip.High).logical_and(advantages.gt(0));
}
