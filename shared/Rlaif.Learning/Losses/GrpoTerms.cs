using Rlaif.Learning.Advantages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>The terms of one micro-batch. A ratio of responses is [batch, 1] and meets tokens by broadcasting.</summary>
internal sealed class GrpoTerms
{
    private readonly GrpoBatch batch;
    private readonly GrpoOptions options;
    private readonly Tensor logProbs;
    private readonly Tensor advantages;         // [batch, 1]
    private readonly Tensor logRatios;          // of tokens, [batch, time], clamped: one token cannot carry a response away
    private readonly Tensor logRatio;           // of the level, [batch, time] or [batch, 1]
    private readonly Tensor ratio;
    private Tensor? vespo;

    public GrpoTerms(GrpoBatch batch, GrpoOptions options)
    {
        (this.batch, this.options) = (batch, options);
        logProbs = MaskedStatistics.Fill(batch.LogProbs, batch.Mask);
        advantages = batch.Advantages.unsqueeze(-1);
        logRatios = PolicyRatio.LogRatios(batch.LogProbs, batch.Old, batch.Mask, options.Clip.LogRatio);
        logRatio = OfSequence ? MaskedStatistics.RowMean(logRatios, batch.Mask).unsqueeze(-1) : logRatios;
        ratio = logRatio.exp();
    }

    private bool OfSequence => options.Level == RatioLevel.Sequence;

    /// <summary>What each token costs, [batch, time]; what is outside the mask is of no meaning.</summary>
    public Tensor Policy() => options.Variant switch
    {
        GrpoVariant.Cispo => -ratio.detach().clamp_max(options.CispoCap) * advantages * logProbs,
        GrpoVariant.Sapo => -Gate() * advantages,
        GrpoVariant.Vespo => -(vespo = VespoWeight.Of(batch, logRatios, options)) * advantages * logProbs,
        _ => torch.maximum(-advantages * Capped(ratio), PolicyRatio.Clipped(ratio, advantages, options.Clip)),
    };

    /// <summary>k3 of each token against the reference, [batch, time], nats per token.</summary>
    public Tensor Kl(Tensor reference)
    {
        var difference = PolicyRatio.LogRatios(batch.LogProbs, reference, batch.Mask, options.Clip.LogRatio);
        var kl = KlEstimator.Of(KlKind.K3, difference, zeros_like(difference), batch.Mask);
        return options.KlByRatio ? kl * ratio : kl;
    }

    public GrpoResult Result(Tensor loss, Tensor? bonus, Tensor perToken, Tensor? kl)
    {
        var real = batch.Mask.to(ScalarType.Bool);
        var counted = OfSequence ? real.any(-1, keepdim: true) : real;
        var (low, high) = Clipped();
        Tensor Rows(Tensor flags) => MaskedStatistics.RowMean(flags.to(ratio.dtype), counted)[real.any(-1)];
        var (lows, highs) = (Rows(low), Rows(high));
        var none = zeros_like(loss.detach());
        return new(
            bonus is null ? loss : loss - bonus, loss.detach(), perToken.expand_as(real), PolicyStatistics.Of(logRatio, low, high, counted),
            lows.numel() == 0 ? none : lows.min(), highs.numel() == 0 ? none : highs.max(),
            kl is null ? null : MaskedStatistics.Mean(kl, batch.Mask),
            batch.Entropy is null ? null : MaskedStatistics.Mean(batch.Entropy.detach(), batch.Mask), vespo?.mean());
    }

    private Tensor Gate()
    {
        var steepness = torch.where(advantages.gt(0), full_like(advantages, options.SapoPositive), full_like(advantages, options.SapoNegative));
        return torch.sigmoid(steepness * (ratio - 1)) * 4 / steepness;      // slope 1 at ratio 1
    }

    private Tensor Capped(Tensor of) => options.RatioCap is { } most ? of.clamp_max(most) : of;

    // Counted on the capped ratio, as TRL does.
    private (Tensor Low, Tensor High) Clipped()
    {
        var seen = Capped(ratio.detach());
        var never = zeros_like(seen, dtype: ScalarType.Bool);
        return options.Variant switch
        {
            GrpoVariant.Sapo or GrpoVariant.Vespo => (never, never),
            GrpoVariant.Cispo => (never, seen.gt(options.CispoCap).logical_and(advantages.gt(0))),
            _ => (PolicyRatio.IsClippedLow(seen, advantages, options.Clip), PolicyRatio.IsClippedHigh(seen, advantages, options.Clip)),
        };
    }
}
