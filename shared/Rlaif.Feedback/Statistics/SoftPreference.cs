namespace Rlaif.Feedback.Statistics;

/// <summary>What a judge's log-probabilities of its two verdict tokens say in both orders.</summary>
/// <param name="L1">Log-odds of the first place with the first response shown first.</param>
/// <param name="L2">Log-odds of the first place with the second response shown first.</param>
public sealed record SoftPreference(double L1, double L2)
{
    /// <summary>A verdict token that was not among those listed is not impossible: inf - inf would be NaN, so log-odds are capped.</summary>
    public const double Cap = 20;

    /// <summary>From the log-odds of the first place in both orders.</summary>
    public static SoftPreference Of(double l1, double l2, double cap = Cap) => new(Math.Clamp(l1, -cap, cap), Math.Clamp(l2, -cap, cap));

    /// <summary>d = (l1 - l2) / 2: log-odds that the first response is better.</summary>
    public double D => (L1 - L2) / 2;

    /// <summary>b = (l1 + l2) / 2: log-odds of the first place itself.</summary>
    public double B => (L1 + L2) / 2;

    /// <summary>p = σ(d), the probability that the first response is preferred.</summary>
    public double Probability => Sigmoid(D);

    /// <summary>Whether both orders prefer the same response.</summary>
    public bool OrderConsistent => L1 * L2 < 0;

    /// <summary>Log-odds of the first place from the log-probabilities of the two verdict tokens; null is a token that was not listed.
    /// Null when neither was: that is a failure, never one half.</summary>
    public static double? LogOdds(double? first, double? second, double cap = Cap)
    {
        if (first > 0 || second > 0)
        {
            throw new ArgumentOutOfRangeException(nameof(first), $"A log-probability is at most 0; got {first} and {second}.");
        }

        return (first, second) switch
        {
            (null, null) => null,
            (null, _) => -cap,
            (_, null) => cap,
            _ => Math.Clamp(first.Value - second.Value, -cap, cap),
        };
    }

    /// <summary>1 / (1 + e^-x), without overflow.</summary>
    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));
}
