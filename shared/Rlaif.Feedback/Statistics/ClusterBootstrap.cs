namespace Rlaif.Feedback.Statistics;

/// <summary>What a bootstrap says of a mean.</summary>
/// <param name="Interval">The mean of all rows, and the percentile interval of the resampled means.</param>
/// <param name="StandardError">Standard deviation of the resampled means, n - 1.</param>
public sealed record Resampled(Interval Interval, double StandardError);

/// <summary>Percentile interval of a mean whose rows come in clusters: rows of one prompt share its difficulty, so prompts are
/// resampled, not rows. The statistic is the pooled mean: the sum of all drawn rows over their count.</summary>
public static class ClusterBootstrap
{
    /// <summary>Rows as (cluster, value), in any order; clusters count in order of first appearance. No row: NaN.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="seed">Names the draws: same rows in the same order and seed, same interval.</param>
    /// <param name="resamples">How often all clusters are drawn again.</param>
    /// <param name="confidence">Coverage of the interval.</param>
    public static Interval Of(IEnumerable<(string Cluster, double Value)> rows, ulong seed, int resamples = 2000, double confidence = 0.95)
    {
        var clusters = Clusters(rows);
        if (clusters.Length == 0)
        {
            return Interval.Undetermined;
        }

        var random = new SplitMix(seed);
        var means = new double[resamples];
        var draw = new int[clusters.Length];
        for (var i = 0; i < resamples; i++)
        {
            for (var j = 0; j < draw.Length; j++)
            {
                draw[j] = random.Below(clusters.Length);
            }

            means[i] = Mean(clusters, draw);
        }

        return Summary(clusters, means, confidence).Interval;
    }

    /// <summary>The same on given draws: each names clusters by their order of first appearance.</summary>
    public static Resampled Of(IEnumerable<(string Cluster, double Value)> rows, IEnumerable<IReadOnlyList<int>> draws, double confidence)
    {
        var clusters = Clusters(rows);
        ArgumentOutOfRangeException.ThrowIfZero(clusters.Length, nameof(rows));
        return Summary(clusters, [.. draws.Select(draw => Mean(clusters, draw))], confidence);
    }

    private static Resampled Summary((double Sum, int Count)[] clusters, double[] means, double confidence)
    {
        var average = means.Average();
        var deviation = Math.Sqrt(means.Sum(mean => (mean - average) * (mean - average)) / (means.Length - 1));
        Array.Sort(means);
        var tail = (1 - confidence) / 2;
        var all = Mean(clusters, [.. Enumerable.Range(0, clusters.Length)]);
        return new(new(all, Quantile.Type7(means, tail), Quantile.Type7(means, 1 - tail)), deviation);
    }

    private static double Mean((double Sum, int Count)[] clusters, IReadOnlyList<int> draw)
    {
        double sum = 0;
        var count = 0;
        for (var i = 0; i < draw.Count; i++)
        {
            sum += clusters[draw[i]].Sum;
            count += clusters[draw[i]].Count;
        }

        return sum / count;
    }

    private static (double Sum, int Count)[] Clusters(IEnumerable<(string Cluster, double Value)> rows) =>
        [.. rows.GroupBy(row => row.Cluster, row => row.Value, StringComparer.Ordinal).Select(rows => (rows.Sum(), rows.Count()))];
}
