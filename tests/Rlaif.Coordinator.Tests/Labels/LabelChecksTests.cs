using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;

namespace Rlaif.Coordinator.Tests.Labels;

public class LabelChecksTests
{
    private static readonly Guid Pair = RlaifId.Of("pair");

    [Fact]
    public void The_id_of_a_label_names_its_pair_and_its_pool()
    {
        var id = LabelCommands.IdOf(Pair, "mine");
        Assert.Null(LabelChecks.Misfit(id, Pair, "mine"));
        Assert.NotNull(LabelChecks.Misfit(id, Pair, "yours"));
        Assert.NotNull(LabelChecks.Misfit(id, RlaifId.Of("other pair"), "mine"));
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
    public void A_vote_is_a_preference_or_does_not_apply_or_failed(double? preference, bool notApplicable, FailureKind? failure, bool isOne)
    {
        var label = new PreferenceLabeled
        {
            Id = LabelCommands.IdOf(Pair, "mine"),
            RunId = RlaifId.Of("run"),
            PairId = Pair,
            Pool = "mine",
            Labeler = "somebody",
            Votes = [new() { Principle = "kind", Preference = preference, NotApplicable = notApplicable, Failure = failure }],
        };
        Assert.Equal(isOne, LabelChecks.WrongVote(label) is null);
    }
}
