using CsCheck;
using Rlaif.Feedback.Statistics;

namespace Rlaif.Feedback.Tests.Statistics;

public class CalibrationTests
{
    private static readonly Gen<(double Difference, double Preference)[]> Pairs =
        Gen.Select(Gen.Double[-6, 6], Gen.Double[0, 1]).Array[1, 60];

    [Fact]
    public void By_hand()
    {
        // σ(ln 3) = 0.75, σ(ln 9) = 0.9. Turned to the better: 0.75 with labels 1, 0 and 0.5; 0.9 with 1.
        // Bin [0.75, 0.8): |0.75 - 0.5| on 3 of 4 pairs; bin [0.9, 0.95): |0.9 - 1| on 1: (0.75 + 0.1) / 4.
        var figures = Calibration.Of([(Math.Log(3), 1), (-Math.Log(3), 1), (Math.Log(3), 0.5), (-Math.Log(9), 0)])!;
        Assert.Equal([(3, 0.5), (1, 1)], figures.Bins.Select(bin => (bin.Pairs, bin.Preferred)));
        Assert.Equal([0.75, 0.9], figures.Bins.Select(bin => bin.Confidence), Near);
        Assert.Equal(0.85 / 4, figures.Error, 1e-12);
    }

    [Fact]
    public void The_temperature_undoes_a_factor_on_log_odds()
    {
        // Labels that are σ(d) exactly: d is calibrated, 3 d is three times too sure, d / 4 not sure enough.
        double[] differences = [0.3, -0.7, 1.1, 2.5, -1.9];
        double T(double factor) => Calibration.Temperature([.. differences.Select(d => (factor * d, SoftPreference.Sigmoid(d)))]);
        Assert.Equal([1, 3, 0.25], new[] { T(1), T(3), T(0.25) }, Near);
        var sure = Calibration.Of(differences.Select(d => (3 * d, SoftPreference.Sigmoid(d))))!;
        Assert.InRange(sure.Error, 0.1, 0.3);
        Assert.Equal(0, sure.ErrorAtTemperature, 1e-9);
    }

    [Fact]
    public void Labels_that_determine_no_temperature_leave_an_end_of_the_range()
    {
        Assert.Equal(Calibration.LowestTemperature, Calibration.Temperature([(1, 1), (-0.5, 0)]), 1e-9);
        Assert.Equal(Calibration.HighestTemperature, Calibration.Temperature([(1, 0), (-0.5, 1)]), 1e-9);
        Assert.Equal(Calibration.HighestTemperature, Calibration.Temperature([(1, 0.5), (2, 0.5)]), 1e-9);
    }

    [Fact]
    public void Without_pairs_there_is_no_figure() => Assert.Null(Calibration.Of([]));

    [Fact]
    public void Which_response_is_called_the_first_changes_nothing() => Gen.Select(Pairs, Gen.Int[0, 1 << 30]).Sample((pairs, turns) =>
    {
        var turned = pairs.Select((pair, i) => ((turns >> (i % 30)) & 1) == 0 ? pair : (Difference: -pair.Difference, Preference: 1 - pair.Preference));
        var (figures, other) = (Calibration.Of(pairs)!, Calibration.Of(turned)!);
        Assert.Equal([figures.Error, figures.Temperature, figures.ErrorAtTemperature], [other.Error, other.Temperature, other.ErrorAtTemperature], Near);
    });

    [Fact]
    public void Every_pair_is_in_a_bin_and_no_error_is_above_one() => Pairs.Sample(pairs =>
    {
        var figures = Calibration.Of(pairs)!;
        Assert.Equal(pairs.Length, figures.Bins.Sum(bin => bin.Pairs));
        Assert.InRange(figures.Error, 0, 1);
        Assert.All(figures.Bins, bin => Assert.InRange(bin.Confidence, 0.5, 1));
        Assert.InRange(figures.Temperature, Calibration.LowestTemperature * (1 - 1e-9), Calibration.HighestTemperature * (1 + 1e-9));
    });

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) < 1e-9;
}
