using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>A response against the mean of its siblings (RLOO): an unbiased baseline, since it does not hold the response's own reward.</summary>
/// <remarks>A_i = r_i - Σ_{j≠i} r_j / (n - 1). Kool et al. 2019; Ahmadian et al. 2024. Rows of a group are adjacent; a reward of NaN is nobody's
/// sibling and has advantage 0, as has a response without siblings.</remarks>
public static class LeaveOneOut
{
    /// <param name="rewards">[groups · size], after clipping and the KL penalty (see <see cref="Penalised"/>), NaN where there is none.</param>
    /// <param name="size">Responses to each prompt, 2 or more.</param>
    /// <param name="normalise">Scales advantages over the batch, by Bessel's deviation plus 1e-4; not in TRL's defaults.</param>
    /// <returns>[batch].</returns>
    public static Tensor Of(Tensor rewards, long size, bool normalise = false)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        var grouped = rewards.view(-1, size);
        var scored = grouped.isnan().logical_not();
        var known = MaskedStatistics.Fill(grouped, scored);
        var siblings = scored.sum(-1, keepdim: true) - 1;
        var baseline = (known.sum(-1, keepdim: true) - known) / siblings.clamp_min(1);
        var advantages = (grouped - baseline).masked_fill(siblings.lt(1), 0).reshape(-1);
        return normalise ? GroupAdvantage.ScaledByBatch(advantages) : MaskedStatistics.Fill(advantages, rewards.isnan().logical_not());
    }

    /// <summary>clip(r) - β kl, [batch]: clipped first, so that the penalty is never cut off.</summary>
    /// <param name="rewards">[batch].</param>
    /// <param name="kl">K1 summed over the response, [batch], nats per sequence.</param>
    /// <param name="coefficient">β, 0 or more; 0.05 in TRL.</param>
    /// <param name="least">Smallest reward; null: none.</param>
    /// <param name="most">Largest reward; null: none.</param>
    public static Tensor Penalised(Tensor rewards, Tensor kl, double coefficient, double? least = null, double? most = null)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        return rewards.clamp(least ?? double.NegativeInfinity, most ?? double.PositiveInfinity) - (coefficient * kl);
    }
}
