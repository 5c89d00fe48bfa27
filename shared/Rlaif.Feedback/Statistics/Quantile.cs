namespace Rlaif.Feedback.Statistics;

/// <summary>Quantiles of a sample and of the normal distribution.</summary>
public static class Quantile
{
    /// <summary>Type 7: h = (n - 1) q, linear between the order statistics (the default of R and NumPy).</summary>
    /// <param name="sorted">Ascending, not empty.</param>
    /// <param name="q">0..1.</param>
    public static double Type7(IReadOnlyList<double> sorted, double q)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Count);
        var h = (sorted.Count - 1) * q;
        var below = (int)Math.Floor(h);
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((h - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>Standard normal quantile, relative error about 1e-16: Wichura 1988, algorithm AS 241 (PPND16).</summary>
    public static double Normal(double p)
    {
        if (p is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(p), p, "A normal quantile exists for 0 < p < 1.");
        }

        var q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            return q * Ratio(0.180625 - (q * q), CentreOver, CentreUnder);
        }

        var r = Math.Sqrt(-Math.Log(Math.Min(p, 1 - p)));
        var tail = r <= 5 ? Ratio(r - 1.6, MiddleOver, MiddleUnder) : Ratio(r - 5, FarOver, FarUnder);
        return q < 0 ? -tail : tail;
    }

    private static double Ratio(double x, double[] over, double[] under) => Polynomial(x, over) / Polynomial(x, under);

    private static double Polynomial(double x, double[] coefficients) => coefficients.Aggregate(0.0, (sum, c) => (sum * x) + c);

    // Highest power first, as AS 241 lists them.
    private static readonly double[] CentreOver =
        [2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
         13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608];

    private static readonly double[] CentreUnder =
        [5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
         5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1];

    private static readonly double[] MiddleOver =
        [7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
         3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734];

    private static readonly double[] MiddleUnder =
        [1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
         0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1];

    private static readonly double[] FarOver =
        [2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
         0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772];

    private static readonly double[] FarUnder =
        [2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
         0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1];
}
