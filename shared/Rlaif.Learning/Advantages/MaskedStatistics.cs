using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>Sums, means and variances over real tokens. What lies outside the mask may be anything, NaN too: it is replaced, never multiplied by
/// zero, in the value and in the gradient. A mean over nothing is 0.</summary>
/// <remarks>Masks are bool or 1 and 0, of the shape of the values or one that broadcasts to it.</remarks>
public static class MaskedStatistics
{
    /// <summary>Added to a variance before its root (TRL), or its least value (OpenRLHF).</summary>
    internal const double VarianceFloor = 1e-8;

    /// <summary>The values, 0 outside the mask. To be called before any exponential: its gradient there would be 0 · ∞.</summary>
    public static Tensor Fill(Tensor values, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(mask);
        return values.masked_fill(mask.to(ScalarType.Bool).logical_not(), 0);
    }

    /// <summary>How many positions count, at least 1, a scalar.</summary>
    public static Tensor Count(Tensor mask, ScalarType type)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return mask.to(ScalarType.Bool).sum().clamp_min(1).to(type);
    }

    /// <summary>Mean over every real token, a scalar: long rows weigh more.</summary>
    public static Tensor Mean(Tensor values, Tensor mask) => Fill(values, mask).sum() / Count(mask, values.dtype);

    /// <summary>Sum of each row's real tokens, [batch].</summary>
    public static Tensor RowSum(Tensor values, Tensor mask) => Fill(values, mask).sum(-1);

    /// <summary>Mean of each row's real tokens, [batch]; 0 for a row without any.</summary>
    public static Tensor RowMean(Tensor values, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return RowSum(values, mask) / mask.to(ScalarType.Bool).sum(-1).clamp_min(1).to(values.dtype);
    }

    /// <summary>Variance over every real token, divided by their number less one (Bessel); 0 of a single token.</summary>
    public static Tensor Variance(Tensor values, Tensor mask) => SquaredDeviations(values, mask) / (Count(mask, values.dtype) - 1).clamp_min(1);

    /// <summary>Variance over every real token, divided by their number.</summary>
    public static Tensor PopulationVariance(Tensor values, Tensor mask) => SquaredDeviations(values, mask) / Count(mask, values.dtype);

    /// <summary>(x - mean) / √(variance + 1e-8), 0 outside the mask: advantages of PPO, as TRL.</summary>
    /// <param name="values">[batch, time].</param>
    /// <param name="mask">[batch, time].</param>
    /// <param name="keepMean">Adds the mean back: for rewards, whose level matters. torchtune has this switch the wrong way round.</param>
    /// <param name="population">The population's variance instead of Bessel's.</param>
    public static Tensor Whiten(Tensor values, Tensor mask, bool keepMean = false, bool population = false)
    {
        var mean = Mean(values, mask);
        var variance = population ? PopulationVariance(values, mask) : Variance(values, mask);
        var whitened = (values - mean) * (variance + VarianceFloor).rsqrt();
        return Fill(keepMean ? whitened + mean : whitened, mask);
    }

    /// <summary>(x - mean) / √max(variance, 1e-8), 0 outside the mask, with the population's variance: REINFORCE++, as OpenRLHF.</summary>
    /// <param name="values">[batch, time].</param>
    /// <param name="mask">[batch, time].</param>
    public static Tensor Standardise(Tensor values, Tensor mask) =>
        Fill((values - Mean(values, mask)) * PopulationVariance(values, mask).clamp_min(VarianceFloor).rsqrt(), mask);

    // Two passes: a mean near 1000 leaves nothing of E[x²] - E[x]².
    private static Tensor SquaredDeviations(Tensor values, Tensor mask) => Fill(values - Mean(values, mask), mask).square().sum();
}
