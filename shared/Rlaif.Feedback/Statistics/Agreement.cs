namespace Rlaif.Feedback.Statistics;

/// <summary>How far two labels may be apart and still agree in part.</summary>
public enum AgreementWeights
{
    /// <summary>Only the same category agrees.</summary>
    Nominal,

    /// <summary>1 - |k - l| / (K - 1).</summary>
    Linear,

    /// <summary>1 - (k - l)^2 / (K - 1)^2.</summary>
    Quadratic,
}

/// <summary>Agreement of two labelers on the items that both labeled; categories are 0 .. K - 1, null is a missing label.</summary>
public static class Agreement
{
    /// <summary>Share of items with the same label, and how many items there were; NaN when none.</summary>
    public static (double Share, int Items) Percent(IReadOnlyList<int?> a, IReadOnlyList<int?> b, int categories)
    {
        var both = Both(a, b, categories);
        return ((double)both.Count(pair => pair.A == pair.B) / both.Count, both.Count);
    }

    /// <summary>Cohen 1960, 1968: (p_o - p_e) / (1 - p_e). NaN when chance agreement is 1: constant labels say nothing.</summary>
    public static double CohenKappa(IReadOnlyList<int?> a, IReadOnlyList<int?> b, int categories, AgreementWeights weights = AgreementWeights.Nominal)
    {
        var both = Both(a, b, categories);
        double n = both.Count, observed = 0, expected = 0;
        var first = both.CountBy(pair => pair.A).ToDictionary();
        var second = both.CountBy(pair => pair.B).ToDictionary();
        foreach (var (k, l) in both)
        {
            observed += Weight(k, l, categories, weights) / n;
        }

        foreach (var (k, countK) in first.OrderBy(entry => entry.Key))
        {
            foreach (var (l, countL) in second.OrderBy(entry => entry.Key))
            {
                expected += Weight(k, l, categories, weights) * (countK / n) * (countL / n);
            }
        }

        return both.Count == 0 || 1 - expected < 1e-15 ? double.NaN : (observed - expected) / (1 - expected);
    }

    private static double Weight(int k, int l, int categories, AgreementWeights weights)
    {
        var apart = categories == 1 ? 0 : Math.Abs(k - l) / (categories - 1.0);
        return weights switch
        {
            AgreementWeights.Linear => 1 - apart,
            AgreementWeights.Quadratic => 1 - (apart * apart),
            _ => k == l ? 1 : 0,
        };
    }

    private static List<(int A, int B)> Both(IReadOnlyList<int?> a, IReadOnlyList<int?> b, int categories)
    {
        ArgumentOutOfRangeException.ThrowIfZero(a.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(a.Count, b.Count);
        foreach (var label in a.Concat(b).OfType<int>())
        {
            ArgumentOutOfRangeException.ThrowIfNegative(label, nameof(a));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(label, categories, nameof(a));
        }

        return [.. a.Zip(b).Where(pair => pair is { First: not null, Second: not null }).Select(pair => (pair.First!.Value, pair.Second!.Value))];
    }
}
