using Rlaif.Contracts;
using Rlaif.Feedback.Evaluation;
using Rlaif.Feedback.Statistics;

namespace Rlaif.Feedback.Tests.Evaluation;

public class JudgeReportsTests
{
    private static readonly Dictionary<string, double> Weights = new(StringComparer.Ordinal) { ["kind"] = 1 };

    [Fact]
    public void Order_figures_come_from_d_and_b()
    {
        // Three votes as log-odds of the first place in both orders: consistent; first place twice; second place twice.
        var report = Of([Judged(2, -1), Judged(3, 1), Judged(-1, -2)]);
        Assert.Equal(1 / 3.0, report.OrderConsistency!.Value, 12);
        Assert.Equal((0.5 + 2 - 1.5) / 3, report.FirstPlaceBias!.Value, 9);   // b = (l1 + l2) / 2
        Assert.Equal(3 / 6.0, report.FirstPlaceShare!.Value, 12);             // 2, 3 and 1 are above 0
    }

    [Fact]
    public void A_judge_that_always_names_the_first_place_agrees_with_nobody_settled_and_still_shows_its_leaning()
    {
        var report = Of([Judged(3, 1) with { Settled = 1, Human = 1 }, Judged(1, 3) with { Settled = 1, Human = 1, PromptId = "q" }]);
        Assert.Equal((0, 1), (report.OrderConsistency, report.FirstPlaceShare));
        Assert.Null(report.SettledAgreement);
        Assert.Equal((0.5, 2), (report.HumanAgreement!.Mean, report.HumanPairs));
    }

    [Fact]
    public void Agreement_counts_pairs_that_both_decided()
    {
        var report = Of(
            [Ruled(1) with { Settled = 0.9 }, Ruled(0) with { Settled = 0.7 }, Ruled(0.5) with { Settled = 1 },
            Ruled(1) with { Settled = 0.5 }, Ruled(1)]);
        Assert.Equal(0.5, report.SettledAgreement!.Mean);
        Assert.Null(report.HumanAgreement);
        Assert.Equal(0, report.HumanPairs);
    }

    [Fact]
    public void Rules_and_people_have_no_order_and_their_labels_are_counted_for_calls()
    {
        var report = Of([Ruled(1), Ruled(0)]);
        Assert.Equal((2, null, null, null), (report.Calls, report.OrderConsistency, report.FirstPlaceBias, report.FirstPlaceShare));
        Assert.Equal(7, Of([Ruled(1) with { Calls = 3 }, Ruled(0) with { Calls = 4 }]).Calls);
    }

    [Fact]
    public void Failures_are_counted_by_kind_and_nothing_else_reads_them()
    {
        Vote Failed(FailureKind kind) => new() { Principle = "kind", Failure = kind };
        Vote[] votes = [Failed(FailureKind.NoVerdict), Failed(FailureKind.NoVerdict), Failed(FailureKind.Timeout)];
        var report = Of([new("p", votes, 3, 5, 5, Settled: 1, Human: 1)]);
        Assert.Equal([("noVerdict", 2), ("timeout", 1)], report.Failures.Select(failure => (failure.Key, failure.Value)));
        Assert.Equal((null, null, null, 0), (report.LengthCorrelation, report.SettledAgreement, report.HumanAgreement, report.HumanPairs));
    }

    [Fact]
    public void A_judge_that_likes_length_shows_it()
    {
        var pairs = Enumerable.Range(-5, 11)
            .Select(i => Ruled(SoftPreference.Sigmoid(i)) with { FirstLength = 100 + (10 * i), SecondLength = 100 }).ToList();
        Assert.Equal(1, Of(pairs).LengthCorrelation!.Value, 9);
        Assert.Null(Of([.. pairs.Select(pair => pair with { FirstLength = 100 })]).LengthCorrelation);
    }

    [Fact]
    public void No_pairs_give_no_figures()
    {
        var report = Of([]);
        Assert.Equal((0, null, null), (report.Calls, report.OrderConsistency, report.HumanAgreement));
    }

    private static JudgeReport Of(IReadOnlyList<JudgedPair> pairs) => JudgeReports.Of("judge", pairs, Weights, seed: 1, resamples: 200);

    private static JudgedPair Judged(double l1, double l2)
    {
        var soft = SoftPreference.Of(l1, l2);
        var vote = new Vote { Principle = "kind", Preference = soft.Probability, PositionBias = soft.B, OrderConsistent = soft.OrderConsistent };
        return new("p", [vote], 2, 10, 10);
    }

    private static JudgedPair Ruled(double preference) => new("p", [new() { Principle = "kind", Preference = preference }], 0, 10, 10);
}
