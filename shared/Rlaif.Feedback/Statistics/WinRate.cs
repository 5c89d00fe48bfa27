namespace Rlaif.Feedback.Statistics;

/// <summary>One comparison of a candidate's response with the other policy's, on one prompt.</summary>
/// <param name="Prompt">The prompt's id: comparisons of one prompt are one cluster.</param>
/// <param name="Preference">Probability that the candidate's is preferred: above one half a win, one half a tie. Null: a failure.</param>
public sealed record Comparison(string Prompt, double? Preference);

/// <summary>Wins, ties, losses and failures. A tie is half a win; a failure is left out and shown in <see cref="ParseRate"/>.</summary>
public sealed record Tally
{
    /// <summary>Of counts.</summary>
    public Tally(int wins, int ties, int losses, int failures)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Math.Min(Math.Min(wins, ties), Math.Min(losses, failures)), nameof(wins));
        (Wins, Ties, Losses, Failures) = (wins, ties, losses, failures);
    }

    /// <summary>The candidate was preferred.</summary>
    public int Wins { get; }

    /// <summary>Neither was.</summary>
    public int Ties { get; }

    /// <summary>The other was preferred.</summary>
    public int Losses { get; }

    /// <summary>No result.</summary>
    public int Failures { get; }

    /// <summary>Counts comparisons.</summary>
    public static Tally Of(IReadOnlyCollection<Comparison> comparisons) => new(
        comparisons.Count(c => c.Preference > 0.5), comparisons.Count(c => c.Preference == 0.5),
        comparisons.Count(c => c.Preference < 0.5), comparisons.Count(c => c.Preference is null));

    /// <summary>Comparisons with a result.</summary>
    public int Judged => Wins + Ties + Losses;

    /// <summary>(wins + ties / 2) / judged; NaN when nothing was judged.</summary>
    public double WinRate => (Wins + (0.5 * Ties)) / Judged;

    /// <summary>Wins among the comparisons that were decided.</summary>
    public double DecisiveWinRate => (double)Wins / (Wins + Losses);

    /// <summary>Standard error as if all comparisons were independent; comparisons of one prompt are not, so gates take the interval.</summary>
    public double StandardError
    {
        get
        {
            var rate = WinRate;
            var squares = (Wins * (1 - rate) * (1 - rate)) + (Ties * (0.5 - rate) * (0.5 - rate)) + (Losses * rate * rate);
            return Math.Sqrt(squares / (Judged - 1) / Judged);
        }
    }

    /// <summary>Share of the comparisons that have a result.</summary>
    public double ParseRate => (double)Judged / (Judged + Failures);
}

/// <summary>A win rate with its interval by cluster bootstrap over prompts.</summary>
public sealed record WinRate(Interval Rate, Tally Tally, int Prompts)
{
    /// <summary>Of comparisons in any fixed order; the order and the seed name the interval.</summary>
    public static WinRate Of(IReadOnlyCollection<Comparison> comparisons, ulong seed, int resamples = 2000, double confidence = 0.95)
    {
        var judged = comparisons.Where(c => c.Preference is not null).ToList();
        var rows = judged.Select(c => (c.Prompt, Score(c.Preference!.Value)));
        var prompts = judged.Select(c => c.Prompt).Distinct(StringComparer.Ordinal).Count();
        return new(ClusterBootstrap.Of(rows, seed, resamples, confidence), Tally.Of(comparisons), prompts);
    }

    private static double Score(double preference) => preference > 0.5 ? 1 : preference < 0.5 ? 0 : 0.5;
}
