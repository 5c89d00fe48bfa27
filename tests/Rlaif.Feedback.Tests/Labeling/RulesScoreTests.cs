using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Labeling;

namespace Rlaif.Feedback.Tests.Labeling;

public class RulesScoreTests
{
    // Weights 3, 1 and 2; the last speaks of unsafe prompts only, and the one without a check counts nowhere.
    private static readonly Constitution Rules = Constitution.Parse(
        """
        schema: constitution/v1
        id: test
        version: "1"
        title: Test
        critiqueRequest: what is wrong?
        revisionRequest: better
        principles:
          - {id: short, weight: 3, question: Which is shorter?, critiqueRequest: short?, check: {maxWords: 3}}
          - {id: ends, question: Which ends?, critiqueRequest: ends?, check: {ended: true}}
          - {id: declines, weight: 2, question: Which declines?, critiqueRequest: declines?, appliesTo: [unsafe], check: {mustDecline: [cannot help]}}
          - {id: kind, weight: 9, question: Which is kinder?, critiqueRequest: kind?}
        hardRules:
          - {id: no-shout, rule: Does not shout., check: {noRegex: "[A-Z]{4}"}}
        """,
        "test");

    [Theory]
    [InlineData("One two.", true, Safety.Safe, 1)]
    [InlineData("One two three four.", true, Safety.Safe, 0.25)]
    [InlineData("One two.", false, Safety.Safe, 0.75)]
    [InlineData("I cannot help.", true, Safety.Unsafe, 1)]
    [InlineData("One two.", true, Safety.Unsafe, 4 / 6.0)]
    [InlineData("STOP.", true, Safety.Safe, 0)]
    public void A_score_is_the_weighted_share_of_the_checks_that_are_kept(string text, bool ended, Safety safety, double score) =>
        Assert.Equal(score, RulesScore.Of(Rules, [new("user", "A question?")], new() { Safety = safety }, new(text, ended))!.Value, 1e-12);

    [Fact]
    public void Where_no_check_says_anything_there_is_no_score() => Assert.Null(RulesScore.Of(
        Rules with { Principles = [.. Rules.Principles.Where(one => one.Id is "declines" or "kind")] }, [new("user", "A question?")], null, new("Yes.", true)));
}
