using Rlaif.Contracts;

namespace Rlaif.Feedback.Statistics;

/// <summary>What the members of an ensemble disagree about. Disagreement is worth something as uncertainty when pairs on which they are divided are
/// ordered wrongly more often than others.</summary>
public static class Disagreement
{
    /// <param name="pairs">Differences of rewards by member, as many in each pair, and whether the labeler prefers the first response.</param>
    /// <returns>Null without pairs.</returns>
    public static EnsembleFigures? Of(IReadOnlyCollection<(IReadOnlyList<double> Differences, bool First)> pairs)
    {
        if (pairs.Count == 0)
        {
            return null;
        }

        var unanimous = pairs.ToLookup(pair => pair.Differences.All(difference => difference > 0) || pair.Differences.All(difference => difference < 0));
        return new(pairs.First().Differences.Count, pairs.Average(pair => Deviation(pair.Differences)), (double)unanimous[true].Count() / pairs.Count,
            Accuracy(unanimous[true]), Accuracy(unanimous[false]));
    }

    private static double Deviation(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }

    private static double? Accuracy(IEnumerable<(IReadOnlyList<double> Differences, bool First)> pairs) =>
        pairs.Select(pair => (Mean: pair.Differences.Average(), pair.First)).Average(pair => (double?)(pair.Mean == 0 ? 0.5 : pair.Mean > 0 == pair.First ? 1 : 0));
}
