using System.Text.Json;
using Rlaif.Feedback.Statistics;

namespace Rlaif.Feedback.Tests.Statistics;

public class StatisticsFixtureTests
{
    [Fact]
    public void Quantiles_interpolate_between_order_statistics() => Cases.Run("intervals", "quantile_type7", (input, expected) =>
    {
        var sorted = input.Numbers("values").Order().ToArray();
        expected.Close("values", [.. input.Numbers("at").Select(q => Quantile.Type7(sorted, q))]);
    });

    [Fact]
    public void Prompts_are_resampled_and_the_statistic_is_the_pooled_mean() => Cases.Run("intervals", "cluster_bootstrap", (input, expected) =>
        Check(expected, ClusterBootstrap.Of(input.Texts("clusters").Zip(input.Numbers("values")), Draws(input), input.GetProperty("confidence").GetDouble())));

    // Our statistic is the mean; the median is not ours. Basic is the percentile interval mirrored at the estimate.
    [Fact]
    public void Rows_of_their_own_are_the_ordinary_bootstrap() => Cases.Run("intervals", "bootstrap", (input, expected) =>
    {
        if (input.GetProperty("statistic").GetString() == "mean")
        {
            var rows = input.Numbers("values").Select((value, i) => ($"{i}", value));
            Check(expected, ClusterBootstrap.Of(rows, Draws(input), input.GetProperty("confidence").GetDouble()));
        }
    });

    [Fact]
    public void Wilson_holds_for_rates_and_half_wins() => Cases.Run("intervals", "proportion_interval", (input, expected) =>
    {
        var interval = Proportion.Wilson(input.GetProperty("successes").GetDouble(), input.GetProperty("n").GetInt32(), input.GetProperty("confidence").GetDouble());
        expected.Close("wilson", interval.Low, interval.High);
    });

    [Fact]
    public void Win_rates_count_a_tie_as_half_and_leave_failures_out() => Cases.Run("evaluation", "win_rate", (input, expected) =>
    {
        int Count(string key) => input.GetProperty(key).GetInt32();
        var tally = new Tally(Count("wins"), Count("ties"), Count("losses"), Count("failures"));
        expected.Close("winRate", tally.WinRate);
        expected.Close("standardError", tally.StandardError);
        expected.Close("decisiveWinRate", tally.DecisiveWinRate);
        expected.Close("judged", tally.Judged);
        expected.Close("parseRate", tally.ParseRate);
    });

    [Fact]
    public void Verdicts_in_both_orders_tell_ties_flips_and_first_place_apart() => Cases.Run("evaluation", "two_order_verdicts", (input, expected) =>
    {
        static Verdict? One(JsonElement verdict) => verdict.GetString() switch { "A" => Verdict.First, "B" => Verdict.Second, "tie" => Verdict.Tie, _ => null };
        var orders = TwoOrderVerdicts.Of([.. input.GetProperty("verdicts").EnumerateArray().Select(pair => (One(pair[0]), One(pair[1])))]);
        expected.Close("wins", orders.Tally.Wins);
        expected.Close("losses", orders.Tally.Losses);
        expected.Close("ties", orders.Tally.Ties);
        expected.Close("explicitTies", orders.ExplicitTies);
        expected.Close("inconsistent", orders.Inconsistent);
        expected.Close("incomplete", orders.Tally.Failures);
        expected.Close("winRateAdjusted", orders.Tally.WinRate);
        expected.Close("meanOfBothOrders", orders.MeanOfBothOrders);
        expected.Close("flipRate", orders.FlipRate);
        expected.Close("firstPositionWinRate", orders.FirstPlaceRate);
    });

    [Fact]
    public void A_tied_reward_is_wrong_or_half_and_a_missing_one_drops_the_pair() => Cases.Run("evaluation", "pair_accuracy", (input, expected) =>
    {
        static IEnumerable<double?> Scores(JsonElement scores) => scores.EnumerateArray().Select(Cases.MaybeNumber);
        var accuracy = PairAccuracy.Of(Scores(input.GetProperty("chosen")).Zip(Scores(input.GetProperty("rejected"))));
        expected.Close("strict", accuracy.Strict);
        expected.Close("tieHalf", accuracy.TieHalf);
        expected.Close("pairs", accuracy.Pairs);
        expected.Close("ties", accuracy.Ties);
    });

    [Fact]
    public void Correlations_of_values_and_of_ranks() => Cases.Run("evaluation", "correlation", (input, expected) =>
    {
        expected.Close("pearson", Correlation.Pearson(input.Numbers("x"), input.Numbers("y")));
        expected.Close("spearman", Correlation.Spearman(input.Numbers("x"), input.Numbers("y")));
    });

    [Fact]
    public void Percent_agreement_is_over_items_that_both_labeled() => Cases.Run("agreement", "percent_agreement_two", (input, expected) =>
    {
        var (share, items) = Agreement.Percent(input.Labels("a"), input.Labels("b"), input.GetProperty("categories").GetInt32());
        expected.Close("value", share);
        expected.Close("items", items);
    });

    [Fact]
    public void Kappa_corrects_for_chance() => Cases.Run("agreement", "cohen_kappa", (input, expected) =>
    {
        var weights = Enum.Parse<AgreementWeights>(input.GetProperty("weights").GetString()!, ignoreCase: true);
        expected.Close("value", Agreement.CohenKappa(input.Labels("a"), input.Labels("b"), input.GetProperty("categories").GetInt32(), weights));
    });

    [Fact]
    public void Both_orders_become_a_preference_and_a_bias() => Cases.Run("aggregation", "soft_preference", (input, expected) =>
    {
        double One(string order) => SoftPreference.LogOdds(
            input.GetProperty(order).GetProperty("first").MaybeNumber(), input.GetProperty(order).GetProperty("second").MaybeNumber(),
            input.GetProperty("cap").GetDouble()) ?? throw new ArgumentException("no verdict token", nameof(input));
        var soft = SoftPreference.Of(One("order1"), One("order2"), input.GetProperty("cap").GetDouble());
        expected.Close("l1", soft.L1);
        expected.Close("l2", soft.L2);
        expected.Close("d", soft.D);
        expected.Close("b", soft.B);
        expected.Close("pA", soft.Probability);
        Assert.Equal(expected.Values.GetProperty("positionConsistent").GetBoolean(), soft.OrderConsistent);
    });

    private static void Check(Expected expected, Resampled actual)
    {
        expected.Close("estimate", actual.Interval.Mean);
        expected.Close("standardError", actual.StandardError);
        expected.Close("percentile", actual.Interval.Low, actual.Interval.High);
    }

    private static IEnumerable<IReadOnlyList<int>> Draws(JsonElement input) =>
        input.GetProperty("indices").EnumerateArray().Select(draw => (IReadOnlyList<int>)[.. draw.EnumerateArray().Select(i => i.GetInt32())]);
}
