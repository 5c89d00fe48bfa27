namespace Rlaif.Feedback.Statistics;

/// <summary>Which of two responses a judge named.</summary>
public enum Verdict
{
    /// <summary>The first response.</summary>
    First,

    /// <summary>The second response.</summary>
    Second,

    /// <summary>Neither is better.</summary>
    Tie,
}

/// <summary>What a judge's verdicts in both orders say of the judge. Each pair: the verdict with the first response shown first, then with
/// the second shown first, both naming the response, not the place; null is a failure and makes the pair incomplete.</summary>
public sealed record TwoOrderVerdicts
{
    private TwoOrderVerdicts(IReadOnlyCollection<(Verdict? Shown, Verdict? Swapped)> verdicts)
    {
        var complete = verdicts.Where(v => v is { Shown: not null, Swapped: not null }).ToList();
        var first = complete.Count(v => v is (Verdict.First, Verdict.First));
        var second = complete.Count(v => v is (Verdict.Second, Verdict.Second));
        ExplicitTies = complete.Count(v => v is (Verdict.Tie, Verdict.Tie));
        Tally = new(first, complete.Count - first - second, second, verdicts.Count - complete.Count);
        FlipRate = (double)complete.Count(v => v is (Verdict.First, Verdict.Second) or (Verdict.Second, Verdict.First)) / complete.Count;
        var decided = complete.Sum(v => (v.Shown == Verdict.Tie ? 0 : 1) + (v.Swapped == Verdict.Tie ? 0 : 1));
        var firstPlace = complete.Sum(v => (v.Shown == Verdict.First ? 1 : 0) + (v.Swapped == Verdict.Second ? 1 : 0));
        FirstPlaceRate = (double)firstPlace / decided;
        MeanOfBothOrders = complete.Sum(v => Score(v.Shown) + Score(v.Swapped)) / 2 / complete.Count;
    }

    /// <summary>Of a judge's verdicts.</summary>
    public static TwoOrderVerdicts Of(IReadOnlyCollection<(Verdict? Shown, Verdict? Swapped)> verdicts) => new(verdicts);

    /// <summary>A win needs both orders; everything else that is complete is a tie (Zheng et al. 2023), incomplete pairs are failures.</summary>
    public Tally Tally { get; }

    /// <summary>Pairs that both orders called a tie.</summary>
    public int ExplicitTies { get; }

    /// <summary>Complete pairs whose two verdicts differ.</summary>
    public int Inconsistent => Tally.Ties - ExplicitTies;

    /// <summary>Share of complete pairs whose winner changes with the order.</summary>
    public double FlipRate { get; }

    /// <summary>Share of decided verdicts that name the first place: one half is unbiased.</summary>
    public double FirstPlaceRate { get; }

    /// <summary>Mean score of the first response over both orders.</summary>
    public double MeanOfBothOrders { get; }

    private static double Score(Verdict? verdict) => verdict switch { Verdict.First => 1, Verdict.Tie => 0.5, _ => 0 };
}
