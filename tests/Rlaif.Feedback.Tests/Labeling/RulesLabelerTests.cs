using CsCheck;
using Rlaif.Contracts;
using Rlaif.Feedback.Labeling;

namespace Rlaif.Feedback.Tests.Labeling;

public class RulesLabelerTests
{
    private static readonly PrincipleText[] Principles =
    [
        new("short", "Which is shorter?", """{"maxWords":3}"""),
        new("ends", "Which ends?", """{"ended":true}"""),
        new("declines", "Which declines?", """{"mustDecline":["cannot help"]}"""),
        new("kind", "Which is kinder?"),
    ];

    [Fact]
    public void Each_principle_gets_a_preference_an_abstention_or_a_failure()
    {
        var labeled = RulesLabeler.Label(Command(new("one two three", true), new("one two three four", true)));
        Assert.Equal(["short", "ends", "declines", "kind"], labeled.Votes.Select(vote => vote.Principle));
        Assert.Equal([1, 0.5, null, null], labeled.Votes.Select(vote => vote.Preference));
        Assert.Equal([false, false, true, false], labeled.Votes.Select(vote => vote.NotApplicable));
        Assert.Equal([null, null, null, FailureKind.NotQualified], labeled.Votes.Select(vote => vote.Failure));
        Assert.Equal(("rules", "rules", 0), (labeled.Labeler, labeled.Pool, labeled.Calls));
    }

    [Fact]
    public void Swapping_the_responses_mirrors_every_preference() =>
        Gen.Select(Gen.String[Gen.Char["ab .'"], 0, 20], Gen.String[Gen.Char["ab .'"], 0, 20], Gen.Bool, Gen.Bool).Sample((a, b, endA, endB) =>
        {
            var (first, second) = (new Candidate(a, endA), new Candidate(b, endB));
            var forward = RulesLabeler.Label(Command(first, second)).Votes;
            var backward = RulesLabeler.Label(Command(second, first)).Votes;
            return forward.Zip(backward).All(pair =>
                pair.First.Preference == 1 - pair.Second.Preference && pair.First.NotApplicable == pair.Second.NotApplicable);
        });

    [Fact]
    public void A_pattern_that_does_not_end_is_a_failure_and_no_label()
    {
        var slow = new PrincipleText("slow", "?", """{"regex":"^(?=(a+)+$)b"}""");
        var command = Command(new(new string('a', 60) + "c", true), new("b", true)) with { Principles = [slow] };
        var vote = Assert.Single(RulesLabeler.Label(command).Votes);
        Assert.Equal((null, FailureKind.Timeout), (vote.Preference, vote.Failure));
    }

    private static LabelPreference Command(Candidate first, Candidate second) => new()
    {
        Id = RlaifId.Of("command"),
        RunId = RlaifId.Of("run"),
        PairId = RlaifId.Of("pair"),
        Pool = "rules",
        Prompt = [new("user", "How are you?")],
        First = first,
        Second = second,
        Principles = Principles,
        Expectation = new() { Safety = Safety.Safe },
        Guidelines = "",
        Constitution = "",
        Deadline = DateTimeOffset.UnixEpoch,
    };
}
