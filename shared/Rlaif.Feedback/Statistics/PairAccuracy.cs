namespace Rlaif.Feedback.Statistics;

/// <summary>How often a scorer ranks the chosen response above the rejected one.</summary>
/// <param name="Correct">Pairs with chosen &gt; rejected.</param>
/// <param name="Ties">Pairs with equal scores: wrong in <see cref="Strict"/>, half in <see cref="TieHalf"/>.</param>
/// <param name="Pairs">Pairs with both scores.</param>
public sealed record PairAccuracy(int Correct, int Ties, int Pairs)
{
    /// <summary>Of scores; null drops the pair.</summary>
    public static PairAccuracy Of(IEnumerable<(double? Chosen, double? Rejected)> scores)
    {
        var both = scores.Where(s => s is { Chosen: not null, Rejected: not null }).ToList();
        return new(both.Count(s => s.Chosen > s.Rejected), both.Count(s => s.Chosen == s.Rejected), both.Count);
    }

    /// <summary>Correct / pairs, as RewardBench counts; NaN without pairs.</summary>
    public double Strict => (double)Correct / Pairs;

    /// <summary>(correct + ties / 2) / pairs.</summary>
    public double TieHalf => (Correct + (0.5 * Ties)) / Pairs;

    /// <summary><see cref="TieHalf"/> with Wilson's interval; NaN without pairs.</summary>
    public Interval Wilson(double confidence = 0.95) =>
        Pairs == 0 ? Interval.Undetermined : Proportion.Wilson(Correct + (0.5 * Ties), Pairs, confidence);
}
