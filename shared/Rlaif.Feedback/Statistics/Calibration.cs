using Rlaif.Contracts;

namespace Rlaif.Feedback.Statistics;

/// <summary>Whether differences of a scorer are log-odds of being preferred.</summary>
/// <remarks>Which response of a pair is called the first is arbitrary, so pairs are turned to the response that the scorer prefers: the figures do not
/// depend on it. Expected calibration error: Naeini et al. 2015, Guo et al. 2017, eq. 3, here over confidences of one half to 1. Temperature: Guo et al.
/// 2017, section 4.2. A label is a probability, so a tie counts one half for both.</remarks>
public static class Calibration
{
    /// <summary>A temperature outside says that the labels do not determine one: no difference tells anything, or every one tells all.</summary>
    public const double LowestTemperature = 0.01, HighestTemperature = 100;

    private const int Halvings = 100;

    /// <param name="pairs">Score of the first response less that of the second, and the probability that the first is preferred.</param>
    /// <param name="bins">Of equal width.</param>
    /// <returns>Null without pairs.</returns>
    public static CalibrationFigures? Of(IEnumerable<(double Difference, double Preference)> pairs, int bins = 10)
    {
        var turned = pairs.Select(pair => pair.Difference switch
        {
            > 0 => pair,
            < 0 => (-pair.Difference, 1 - pair.Preference),
            _ => (0.0, 0.5),      // it prefers neither
        }).ToList<(double Difference, double Preference)>();
        if (turned is [])
        {
            return null;
        }

        var (raw, temperature) = (Reliability(turned, 1, bins), Temperature(turned));
        return new(Error(raw), temperature, Error(Reliability(turned, temperature, bins)), raw);
    }

    /// <summary>The T that minimises the cross-entropy between the labels and σ(difference / T). It is convex in 1 / T, and its slope is sought by
    /// halving.</summary>
    public static double Temperature(IReadOnlyCollection<(double Difference, double Preference)> pairs)
    {
        double Slope(double inverse) => pairs.Sum(pair => pair.Difference * (SoftPreference.Sigmoid(inverse * pair.Difference) - pair.Preference));
        var (low, high) = (Math.Log(1 / HighestTemperature), Math.Log(1 / LowestTemperature));
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Slope(Math.Exp(middle)) < 0 ? (middle, high) : (low, middle);
        }

        return Math.Exp(-high);
    }

    private static double Error(IReadOnlyList<ReliabilityBin> bins) =>
        bins.Sum(bin => bin.Pairs * Math.Abs(bin.Confidence - bin.Preferred)) / bins.Sum(bin => bin.Pairs);

    private static IReadOnlyList<ReliabilityBin> Reliability(IEnumerable<(double Difference, double Preference)> turned, double temperature, int bins) =>
    [
        .. turned.Select(pair => (Confidence: SoftPreference.Sigmoid(pair.Difference / temperature), pair.Preference))
            .GroupBy(pair => Math.Min(bins - 1, (int)((pair.Confidence - 0.5) * 2 * bins))).OrderBy(bin => bin.Key)
            .Select(bin => new ReliabilityBin(bin.Count(), bin.Average(pair => pair.Confidence), bin.Average(pair => pair.Preference))),
    ];
}
