using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>By which deviation rewards less their group's mean are divided.</summary>
public enum RewardScale
{
    /// <summary>That of the group: every prompt weighs the same, nearly solved and nearly hopeless ones too (GRPO).</summary>
    Group,

    /// <summary>That of the whole batch. The mean stays the group's.</summary>
    Batch,

    /// <summary>None: no bias towards prompts on which rewards hardly differ (Dr. GRPO).</summary>
    None,
}

/// <summary>One advantage for each response, and the deviation of rewards behind it, both [batch]. The deviation is NaN where fewer than two rewards
/// exist; a group whose deviation is 0 teaches nothing, which is worth counting.</summary>
public sealed record GroupAdvantages(Tensor Advantages, Tensor Deviations);

/// <summary>A response against the others to its prompt, without a critic. Rows of a group are adjacent; a reward of NaN means that nobody could
/// score the response: it is left out of mean and deviation and has advantage 0.</summary>
/// <remarks>A = (r - mean) / (deviation + ε), Bessel's deviation, ε outside the root. Shao et al. 2024 (GRPO), section 4.1; ε as in TRL.</remarks>
public static class GroupAdvantage
{
    private const double DeviationFloor = 1e-4;

    /// <param name="rewards">[groups · size], NaN where there is none.</param>
    /// <param name="size">Responses to each prompt, 2 or more.</param>
    /// <param name="scale">The divisor; Group in TRL.</param>
    /// <param name="epsilon">ε, above 0.</param>
    public static GroupAdvantages Of(Tensor rewards, long size, RewardScale scale = RewardScale.Group, double epsilon = DeviationFloor)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        var grouped = rewards.view(-1, size);
        var scored = grouped.isnan().logical_not();
        var centred = MaskedStatistics.Fill(grouped - MaskedStatistics.RowMean(grouped, scored).unsqueeze(-1), scored);
        var deviations = (scale == RewardScale.Batch ? BatchDeviation(rewards) : GroupDeviations(centred, scored)).expand_as(grouped);
        var advantages = scale == RewardScale.None ? centred : centred / (deviations.nan_to_num(0) + epsilon);
        return new(advantages.reshape(-1), deviations.reshape(-1));
    }

    /// <summary>Each reward function is scaled by its own group deviation before the weighted sum, so that one with a large range does not
    /// decide alone; the sums are then scaled over the batch.</summary>
    /// <remarks>Liu et al. 2026 (GDPO).</remarks>
    /// <param name="perFunction">[groups · size, functions], NaN where there is none.</param>
    /// <param name="weights">[functions].</param>
    /// <param name="size">Responses to each prompt, 2 or more.</param>
    /// <param name="epsilon">ε, above 0.</param>
    public static GroupAdvantages OfEach(Tensor perFunction, Tensor weights, long size, double epsilon = DeviationFloor)
    {
        ArgumentNullException.ThrowIfNull(perFunction);
        var scaled = stack([.. perFunction.unbind(1).Select(rewards => Of(rewards, size, RewardScale.Group, epsilon).Advantages)], 1);
        var sums = RewardSum.Of(scaled.masked_fill(perFunction.isnan(), double.NaN), weights);
        return new(ScaledByBatch(sums, epsilon), BatchDeviation(sums).expand_as(sums));
    }

    /// <summary>(x - mean) / (deviation + ε) over all that is not NaN, and 0 for what is.</summary>
    internal static Tensor ScaledByBatch(Tensor values, double epsilon = DeviationFloor)
    {
        var scored = values.isnan().logical_not();
        var deviation = BatchDeviation(values).nan_to_num(0);
        return MaskedStatistics.Fill((values - MaskedStatistics.Mean(values, scored)) / (deviation + epsilon), scored);
    }

    private static Tensor BatchDeviation(Tensor values)
    {
        var scored = values.isnan().logical_not();
        return MaskedStatistics.Variance(values, scored).sqrt().masked_fill(scored.sum().lt(2), double.NaN);
    }

    private static Tensor GroupDeviations(Tensor centred, Tensor scored)
    {
        var count = scored.sum(-1, keepdim: true);
        var variances = centred.square().sum(-1, keepdim: true) / (count - 1).clamp_min(1);
        return variances.sqrt().masked_fill(count.lt(2), double.NaN);
    }
}
