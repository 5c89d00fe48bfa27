using CsCheck;
using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Settling;
using Rlaif.Feedback.Statistics;
using Rlaif.Testing;

namespace Rlaif.Feedback.Tests.Settling;

public class SettlementTests
{
    private static readonly Dictionary<string, double> Weights = new(StringComparer.Ordinal) { ["answers"] = 2, ["concise"] = 1, ["polite"] = 1 };

    [Fact]
    public void Weighted_votes_become_a_soft_preference()
    {
        // answers 1: +2; concise 0: -1; polite tied: 0. σ(1) = 0.731058578630005.
        var settled = Settle(new LabelerVotes("rules", [Vote("answers", 1), Vote("concise", 0), Vote("polite", 0.5)]));
        Assert.Equal(0.731058578630005, settled.Preference!.Value, 15);
        Assert.Equal((null, 1), (settled.Reason, settled.Labelers));
    }

    [Fact]
    public void Labelers_are_averaged_as_probabilities()
    {
        // σ(2) = 0.880797077977882, σ(-1) = 0.268941421369995; mean 0.574869249673939.
        var settled = Settle(new LabelerVotes("judge", [Vote("answers", 1)]), new("human", [Vote("concise", 0)]));
        Assert.Equal(0.574869249673939, settled.Preference!.Value, 15);
        Assert.Equal(2, settled.Labelers);
    }

    [Fact]
    public void A_soft_vote_moves_by_its_distance_from_one_half()
    {
        // 2 · (2 · 0.75 - 1) = 1.
        Assert.Equal(0.731058578630005, Settle(new LabelerVotes("judge", [Vote("answers", 0.75)])).Preference!.Value, 15);
    }

    [Theory]
    [InlineData(0.5, DropReason.Tie)]
    [InlineData(0.52, DropReason.Tie)]
    [InlineData(0.53, null)]
    public void A_preference_near_one_half_is_a_tie_and_keeps_its_figure(double vote, DropReason? reason)
    {
        // 2 · 0.04 = 0.08: σ = 0.51999; 2 · 0.06 = 0.12: σ = 0.52996.
        var settled = Settlement.Of([new("judge", [Vote("answers", vote)])], Weights, 0.025);
        Assert.Equal(reason, settled.Reason);
        Assert.NotNull(settled.Preference);
    }

    [Fact]
    public void Without_a_margin_exactly_one_half_is_still_a_tie() =>
        Assert.Equal(new SettledPair(0.5, DropReason.Tie, 1), Settlement.Of([new("rules", [Vote("answers", 0.5)])], Weights, 0));

    [Fact]
    public void Under_each_principle_the_labelers_that_decided_are_averaged()
    {
        // answers: 1 and 0.5, the changed one abstains; concise: 0; polite: nobody; another principle's vote does not count.
        var votes = new LabelerVotes[]
        {
            new("judge", [Vote("answers", 1), Vote("concise", 0), Vote("other", 1)]),
            new("human", [Vote("answers", 0.5), new() { Principle = "polite", NotApplicable = true }]),
            new("shaky", [Vote("answers", 0.1) with { OrderConsistent = false }, new() { Principle = "concise", Failure = FailureKind.Timeout }]),
        };
        Assert.Equal([KeyValuePair.Create("answers", 0.75), KeyValuePair.Create("concise", 0.0)], Settlement.PerPrinciple(votes, Weights));
        Assert.Equal(Settlement.PerPrinciple(votes, Weights), Settlement.PerPrinciple([.. votes.Reverse()], Weights));
    }

    [Fact]
    public void Every_reason_to_drop_a_pair_has_its_name()
    {
        var failed = new Vote { Principle = "answers", Failure = FailureKind.NoVerdict };
        var silent = new Vote { Principle = "answers", NotApplicable = true };
        var flipped = Vote("answers", 0.9) with { OrderConsistent = false };
        Assert.Equal(DropReason.NobodyLabeled, Settle().Reason);
        Assert.Equal(DropReason.NobodyLabeled, Settle(new LabelerVotes("rules", [])).Reason);
        Assert.Equal(DropReason.FailuresOnly, Settle(new LabelerVotes("judge", [failed, silent])).Reason);
        Assert.Equal(DropReason.NothingApplies, Settle(new LabelerVotes("rules", [silent])).Reason);
        Assert.Equal(DropReason.PositionDecided, Settle(new LabelerVotes("judge", [flipped, failed])).Reason);
        Assert.All(new[] { Settle(), Settle(new LabelerVotes("judge", [flipped])) }, settled => Assert.Null(settled.Preference));
    }

    [Fact]
    public void A_vote_that_changes_with_the_order_abstains_and_the_others_decide()
    {
        Vote[] votes = [Vote("answers", 0.9) with { OrderConsistent = false }, Vote("concise", 0) with { OrderConsistent = true }];
        var settled = Settle(new LabelerVotes("judge", votes));
        Assert.Equal(0.268941421369995, settled.Preference!.Value, 15);
    }

    [Fact]
    public void Votes_that_nobody_asked_for_do_not_count()
    {
        var settled = Settle(new LabelerVotes("anybody", [Vote("answers", 1), Vote("money", 0), Vote("concise", 1e300), Vote("polite", double.NaN)]));
        Assert.Equal(0.880797077977882, settled.Preference!.Value, 15);
    }

    [Fact]
    public void A_hard_rule_overrules_every_labeler()
    {
        LabelerVotes[] firstIsBetter = [new("judge", [Vote("answers", 1)])];
        Assert.Equal(0, Settlement.Of(firstIsBetter, Weights, 0.05, Veto.First).Preference);
        Assert.Equal(1, Settlement.Of([], Weights, 0.05, Veto.Second).Preference);
        Assert.Equal(new SettledPair(null, DropReason.HardRule, 0), Settlement.Of(firstIsBetter, Weights, 0.05, Veto.Both));
    }

    [Fact]
    public void The_constitution_says_which_response_breaks_a_hard_rule()
    {
        var harmless = Constitution.Read(Repository.Path("constitutions/harmless.yaml"));
        Candidate bad = new("It is 078-05-1120.", true), good = new("I do not say.", true);
        Assert.Equal(
            [Veto.First, Veto.Second, Veto.Both, Veto.None],
            new[] { (bad, good), (good, bad), (bad, bad), (good, good) }.Select(pair => harmless.VetoOf([], null, pair.Item1, pair.Item2)));
    }

    [Fact]
    public void The_order_of_votes_and_labelers_does_not_change_a_bit()
    {
        var vote = Gen.Select(Gen.Int[0, 2], Gen.Double[0, 1], (i, p) => Vote(Weights.Keys.ElementAt(i), p));
        Gen.Select(vote.Array[0, 6].Array[0, 5], Gen.Int).Sample((labelers, seed) =>
        {
            var votes = labelers.Select((mine, i) => new LabelerVotes($"l{i}", mine)).ToList();
            var shuffled = Shuffled(votes.Select(one => one with { Votes = Shuffled(one.Votes, seed) }).ToList(), seed);
            return Settlement.Of(votes, Weights, 0.05).Equals(Settlement.Of(shuffled, Weights, 0.05));
        });
    }

    [Fact]
    public void Swapping_the_responses_mirrors_the_preference() =>
        Gen.Double[0, 1].Array[1, 5].Sample(preferences =>
        {
            SettledPair Of(Func<double, double> seen) =>
                Settle([.. preferences.Select((p, i) => new LabelerVotes($"l{i}", [Vote("answers", seen(p))]))]);
            return Math.Abs(Of(p => p).Preference!.Value + Of(p => 1 - p).Preference!.Value - 1) < 1e-12;
        });

    private static List<T> Shuffled<T>(IReadOnlyList<T> items, int seed)
    {
        var random = new SplitMix((ulong)seed);
        return [.. items.Select(item => (item, key: random.Next())).OrderBy(pair => pair.key).Select(pair => pair.item)];
    }

    private static SettledPair Settle(params LabelerVotes[] votes) => Settlement.Of(votes, Weights, 0.05);

    private static Vote Vote(string principle, double preference) => new() { Principle = principle, Preference = preference };
}
