using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Rlaif.Feedback.Labeling;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Tests.Labels;

public class LabelChecksTests
{
    private static readonly Guid Pair = RlaifId.Of("pair");

    private static readonly LabelPreference Asked = new()
    {
        Id = LabelQuestion.IdOf(Pair, "mine"),
        RunId = RlaifId.Of("run"),
        PairId = Pair,
        Pool = "mine",
        Prompt = [new("user", "Hello")],
        First = new("A", true),
        Second = new("B", true),
        Principles = [new("kind", "Which is kinder?"), new("brief", "Which is shorter?")],
        Guidelines = "",
        Constitution = "",
        Deadline = DateTimeOffset.UnixEpoch,
    };

    private static readonly CommandRow Command = new() { Id = Asked.Id, RunId = Asked.RunId, Kind = nameof(LabelPreference), Pool = Asked.Pool, Body = Json.Of(Asked) };

    private static readonly Vote Kind = new() { Principle = "kind", Preference = 1 }, Brief = new() { Principle = "brief", Preference = 0.5 };

    [Fact]
    public void A_label_repeats_what_its_command_says()
    {
        Assert.Null(Misfit(Label(Kind, Brief)));
        Assert.NotNull(Misfit(Label(Kind, Brief) with { RunId = RlaifId.Of("other run") }));
        Assert.NotNull(Misfit(Label(Kind, Brief) with { PairId = RlaifId.Of("other pair") }));
        Assert.NotNull(Misfit(Label(Kind, Brief) with { Pool = "yours" }));
        Assert.NotNull(LabelChecks.Misfit(Label(Kind, Brief), null, hasVotes: true));
        Assert.NotNull(LabelChecks.Misfit(Label(Kind, Brief), Command with { Kind = nameof(GenerateResponses) }, hasVotes: true));
    }

    [Fact]
    public void A_label_votes_once_on_each_principle_that_its_command_asks_about_in_any_order()
    {
        Assert.Null(Misfit(Label(Brief, Kind)));
        Assert.NotNull(Misfit(Label(Kind)));
        Assert.NotNull(Misfit(Label(Kind, Brief, Brief)));
        Assert.NotNull(Misfit(Label(Kind, Brief with { Principle = "breif" })));
        Assert.Null(LabelChecks.Misfit(Label(), Command, hasVotes: false));
    }

    [Theory]
    [InlineData(0.0, false, null, true)]
    [InlineData(1.0, false, null, true)]
    [InlineData(null, true, null, true)]
    [InlineData(null, false, FailureKind.Refusal, true)]
    [InlineData(7.0, false, null, false)]
    [InlineData(-0.1, false, null, false)]
    [InlineData(double.NaN, false, null, false)]
    [InlineData(null, false, null, false)]
    [InlineData(0.5, true, null, false)]
    [InlineData(0.5, false, FailureKind.Refusal, false)]
    [InlineData(null, true, FailureKind.Refusal, false)]
    public void A_vote_is_a_preference_or_does_not_apply_or_failed(double? preference, bool notApplicable, FailureKind? failure, bool isOne) =>
        Assert.Equal(isOne, Misfit(Label(Brief, Kind with { Preference = preference, NotApplicable = notApplicable, Failure = failure })) is null);

    private static string? Misfit(PreferenceLabeled label) => LabelChecks.Misfit(label, Command, hasVotes: true);

    private static PreferenceLabeled Label(params Vote[] votes) => new()
    {
        Id = Asked.Id, RunId = Asked.RunId, PairId = Asked.PairId, Pool = Asked.Pool, Labeler = "somebody", Votes = votes,
    };
}
