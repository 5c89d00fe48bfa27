using Rlaif.Learning.Advantages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Proximal policy optimisation: the advantage times the ratio, without reward for leaving the neighbourhood of the policy that sampled.</summary>
/// <remarks>L = mean max(-A r, -A clip(r, 1-ε_low, 1+ε_high)), r = π / π_old. Schulman et al. 2017, eq. 7. With dual clip c, a token with A &lt; 0
/// costs at most -c A: Ye et al. 2020.</remarks>
public static class PpoPolicyLoss
{
    /// <param name="logProbs">log π, [batch, time], nats per token.</param>
    /// <param name="old">log π_old of the same tokens at the same temperature, no gradient.</param>
    /// <param name="advantages">A, [batch, time], usually whitened.</param>
    /// <param name="mask">1 on response tokens, [batch, time].</param>
    /// <param name="clip">Bounds of the ratio.</param>
    /// <param name="dualClip">c, above 1; 3 in verl. Null: none, as in TRL.</param>
    /// <param name="windowTokens">Response tokens in all micro-batches of the optimizer step, whose losses then add up; null: those of this one.</param>
    public static PolicyLoss Of(
        Tensor logProbs, Tensor old, Tensor advantages, Tensor mask, RatioClip? clip = null, double? dualClip = null, double? windowTokens = null)
    {
        clip ??= new();
        var logRatios = PolicyRatio.LogRatios(logProbs, old, mask, clip.LogRatio);
        var (ratio, advantage) = (logRatios.exp(), MaskedStatistics.Fill(advantages, mask));
        var losses = torch.maximum(-advantage * ratio, PolicyRatio.Clipped(ratio, advantage, clip));
        if (dualClip is { } most)
        {
            losses = torch.where(advantage.lt(0), torch.minimum(losses, -most * advantage), losses);
        }

        var (low, high) = (PolicyRatio.IsClippedLow(ratio, advantage, clip), PolicyRatio.IsClippedHigh(ratio, advantage, clip));
        return new(TokenMean.Of(losses, mask, windowTokens), PolicyStatistics.Of(logRatios, low, high, mask));
    }
}
