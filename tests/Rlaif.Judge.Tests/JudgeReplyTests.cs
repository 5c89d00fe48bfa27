using Rlaif.Contracts;
using Rlaif.Feedback.Judging;
using Rlaif.Feedback.Statistics;
using Rlaif.Judge.Asking;

namespace Rlaif.Judge.Tests;

public class JudgeReplyTests
{
    private static readonly JudgePrompt Letters = JudgePrompts.Pair(Asking.Command(Asking.Honest), Asking.Honest, swapped: false, JudgeAnswer.Letter);

    [Fact]
    public void Spellings_of_one_letter_are_one_answer() =>
        Assert.Equal(Math.Log(0.6 / 0.2), Of(("A", 0.3), (" A", 0.2), ("\u2581A", 0.1), ("\u0120B", 0.15), ("B", 0.05), ("a", 0.1)).LogOdds(Letters)!.Value, 1e-12);

    [Fact]
    public void A_letter_that_is_not_listed_is_at_most_as_likely_as_the_last_one_listed() =>
        Assert.Equal(Math.Log(0.3 / 0.05), Of(("A", 0.3), ("The", 0.2), ("I", 0.05)).LogOdds(Letters)!.Value, 1e-12);

    [Fact]
    public void And_as_all_that_the_list_leaves() =>
        Assert.Equal(Math.Log(0.01 / 0.99), Of(("B", 0.99)).LogOdds(Letters)!.Value, 1e-9);

    [Fact]
    public void Certainty_is_capped() => Assert.Equal(SoftPreference.Cap, Of(("A", 1)).LogOdds(Letters));

    [Fact]
    public void Numbers_that_are_no_log_probabilities_are_not_used()
    {
        Assert.Null(new JudgeReply { FirstToken = [new("A", double.NaN), new("B", 3)] }.LogOdds(Letters));
        Assert.Null(new JudgeReply { FirstToken = [new("A", double.NegativeInfinity)] }.LogOdds(Letters));
        Assert.Null(new JudgeReply().LogOdds(Letters));
    }

    private static JudgeReply Of(params (string Token, double Probability)[] listed) =>
        new() { FirstToken = [.. listed.Select(one => KeyValuePair.Create(one.Token, Math.Log(one.Probability)))] };
}
