namespace Rlaif.Feedback.Statistics;

/// <summary>How two columns of numbers go together. NaN with fewer than two rows or a column that does not vary.</summary>
public static class Correlation
{
    /// <summary>Linear correlation.</summary>
    public static double Pearson(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfZero(x.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(x.Count, y.Count);
        double meanX = x.Average(), meanY = y.Average(), xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Count; i++)
        {
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
            xy += (x[i] - meanX) * (y[i] - meanY);
        }

        // A column of one value can have a sum of squares of 1e-32 instead of 0: the mean is rounded.
        var varies = x.Any(v => v != x[0]) && y.Any(v => v != y[0]);
        return varies ? Math.Clamp(xy / Math.Sqrt(xx) / Math.Sqrt(yy), -1, 1) : double.NaN;
    }

    /// <summary>Correlation of ranks; tied values share their mean rank.</summary>
    public static double Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y) => Pearson(Ranks(x), Ranks(y));

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        var ranks = new double[values.Count];
        var order = Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ToArray();
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start; end < order.Length && values[order[end]] == values[order[start]]; end++)
            {
                ranks[order[end]] = 0;
            }

            foreach (var i in order[start..end])
            {
                ranks[i] = (start + end - 1) / 2.0;
            }
        }

        return ranks;
    }
}
