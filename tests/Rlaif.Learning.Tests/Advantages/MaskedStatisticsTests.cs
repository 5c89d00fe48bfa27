using Rlaif.Learning.Advantages;
using Rlaif.Learning.Tests.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Advantages;

public class MaskedStatisticsTests
{
    [Fact]
    public void Means_of_tokens_and_of_rows_differ_where_rows_differ_in_length()
    {
        // 1, 3, 5 in the first row and 11 in the second. All: 20 / 4. Rows: 3 and 11. Squares of -4, -2, 0, 6: 56, by 3 or by 4.
        using var scope = NewDisposeScope();
        var (values, mask) = (tensor([1.0, 3, 5, 11, double.NaN, double.NaN]).reshape(2, 3), tensor([1, 1, 1, 1, 0, 0]).reshape(2, 3));
        Golden.Close([5], MaskedStatistics.Mean(values, mask).Doubles(), 1e-15, "mean");
        Golden.Close([3, 11], MaskedStatistics.RowMean(values, mask).Doubles(), 1e-15, "row means");
        Golden.Close([9, 11], MaskedStatistics.RowSum(values, mask).Doubles(), 1e-15, "row sums");
        Golden.Close([56 / 3.0], MaskedStatistics.Variance(values, mask).Doubles(), 1e-15, "variance");
        Golden.Close([14], MaskedStatistics.PopulationVariance(values, mask).Doubles(), 1e-15, "variance of the population");
    }

    [Fact]
    public void Statistics_of_nothing_and_of_one_token_are_finite()
    {
        using var scope = NewDisposeScope();
        var values = tensor([2.0, double.NaN]).reshape(1, 2);
        var (none, one) = (zeros(1, 2), tensor([1, 0]).reshape(1, 2));
        Golden.Close([0], MaskedStatistics.Mean(values, none).Doubles(), 0, "mean");
        Golden.Close([0], MaskedStatistics.RowMean(values, none).Doubles(), 0, "row mean");
        Golden.Close([0], MaskedStatistics.Variance(values, one).Doubles(), 0, "variance");
        Golden.Close([0, 0], MaskedStatistics.Whiten(values, none).Doubles(), 0, "whitened");
        Golden.Close([0, 0], MaskedStatistics.Standardise(values, one).Doubles(), 0, "standardised");
    }

    [Fact]
    public void Standardising_divides_by_the_root_of_the_variance_and_not_of_a_little_more()
    {
        // 0 and 2e-3: population variance 1e-6, deviations of exactly 1; with 1e-8 added they would be 0.995. A variance below 1e-8 counts as 1e-8.
        using var scope = NewDisposeScope();
        Golden.Close([-1, 1], MaskedStatistics.Standardise(tensor([0, 2e-3]), ones(2)).Doubles(), 1e-12, "apart");
        Golden.Close([-0.01, 0.01], MaskedStatistics.Standardise(tensor([0, 2e-6]), ones(2)).Doubles(), 1e-12, "together");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Means_variances_and_whitened_values_equal_the_reference_whatever_is_outside_the_mask(bool poisoned)
    {
        foreach (var golden in GoldenCase.All("rl/masked_statistics.json", poisoned))
        {
            using var scope = NewDisposeScope();
            var (values, mask) = (golden.Tokens("values"), golden.Mask);
            golden.Close("mean", MaskedStatistics.Mean(values, mask));
            golden.Close("variance_bessel", MaskedStatistics.Variance(values, mask));
            golden.Close("variance_population", MaskedStatistics.PopulationVariance(values, mask));
            golden.Close("whiten_shift_mean", MaskedStatistics.Whiten(values, mask));
            golden.Close("whiten_keep_mean", MaskedStatistics.Whiten(values, mask, keepMean: true));
            golden.Close("whiten_population", MaskedStatistics.Whiten(values, mask, population: true));
        }
    }
}
