namespace Rlaif.Feedback.Statistics;

/// <summary>Interval of a rate: successes of independent trials.</summary>
public static class Proportion
{
    /// <summary>Wilson 1927. A tie may count as half a success.</summary>
    public static Interval Wilson(double successes, int trials, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        double n = trials, rate = successes / n;
        var z = Quantile.Normal((1 + confidence) / 2);
        var shrunk = z * z / n;
        var centre = (rate + (shrunk / 2)) / (1 + shrunk);
        var radius = z / (1 + shrunk) * Math.Sqrt((rate * (1 - rate) / n) + (shrunk / (4 * n)));
        return new(rate, Math.Max(0, centre - radius), Math.Min(1, centre + radius));
    }
}
