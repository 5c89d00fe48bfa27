using System.Security.Cryptography;
using System.Text;
using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Labeling;
using Rlaif.Feedback.Settling;
using Rlaif.Feedback.Statistics;
using Rlaif.Storage;

namespace Rlaif.PolicyOptimizer;

/// <summary>A prompt and what a policy has just answered to it.</summary>
internal sealed record AnsweredPrompt(Prompt Prompt, IReadOnlyList<Candidate> Responses);

/// <summary>Siblings of a batch of rollouts in pairs, and what the votes on the pairs make of each response. No clock, no database.</summary>
/// <remarks>All pairs of a prompt are judged by one principle, drawn for them: an algorithm holds a response against its siblings, and two measures would be no
/// comparison. An id names the training, the prompt and the texts: a training that goes on samples the same texts, and finds what was said of them.</remarks>
internal sealed class RolloutPairs
{
    private readonly Guid run;
    private readonly Constitution constitution;
    private readonly double tieMargin;
    private readonly IReadOnlyList<AnsweredPrompt> answered;
    private readonly IReadOnlyList<Pair> pairs;

    /// <param name="training">The id of its command.</param>
    /// <param name="tieMargin">The recipe's.</param>
    public RolloutPairs(Guid run, Guid training, Constitution constitution, double tieMargin, IReadOnlyList<AnsweredPrompt> answered)
    {
        (this.run, this.constitution, this.tieMargin, this.answered) = (run, constitution, tieMargin, answered);
        pairs = [.. answered.SelectMany((one, place) => Of(training, one, place))];
        Name = RlaifId.Of([training, .. pairs.Select(pair => pair.Id)]);
    }

    /// <summary>The same for the same texts.</summary>
    public Guid Name { get; }

    /// <summary>What is asked. Nobody is asked about what a hard rule decides, about two responses that are the same, or where no principle applies.</summary>
    /// <param name="attempt">From 1.</param>
    public IReadOnlyList<LabelPreference> Questions(int attempt, DateTimeOffset now) =>
    [
        .. pairs.Where(pair => pair.By is not null).Select(pair =>
            LabelQuestion.Of(run, pair.Id, LabelQuestion.Judge, answered[pair.Place].Prompt, First(pair), Second(pair), [pair.By!], constitution, now, attempt)),
    ];

    /// <summary>What the responses are worth, in their order; NaN where nobody said anything that counts.</summary>
    public IReadOnlyList<float> Rewards(IReadOnlyList<VoteRow> votes)
    {
        var settled = Settled(votes).ToLookup(one => one.Pair.Place);
        return [.. answered.SelectMany((one, place) => SiblingRing.Rewards(
            one.Responses.Count, settled[place].Select(pair => (pair.Pair.First, pair.Pair.Second, pair.Settled.Preference))))];
    }

    /// <summary>Whether somebody was asked, and nothing came but failures: the responses were not judged, which is no judgement of theirs.</summary>
    public bool OnlyFailures(IReadOnlyList<VoteRow> votes)
    {
        var asked = Settled(votes).Where(one => one.Pair.By is not null).ToList();
        return asked.Count > 0 && asked.TrueForAll(one => one.Settled.Reason is DropReason.NobodyLabeled or DropReason.FailuresOnly);
    }

    private IEnumerable<(Pair Pair, SettledPair Settled)> Settled(IReadOnlyList<VoteRow> votes)
    {
        var all = votes.ToLookup(vote => vote.PairId);
        return pairs.Select(pair => (pair, Settlement.Of(
            [.. all[pair.Id].GroupBy(vote => vote.Labeler, StringComparer.Ordinal).Select(labeler => new LabelerVotes(labeler.Key, [.. labeler.Select(vote => vote.Vote)]))],
            constitution.Weights, tieMargin, pair.Veto)));
    }

    private IEnumerable<Pair> Of(Guid training, AnsweredPrompt one, int place)
    {
        var group = RlaifId.Of(training, "rollouts", one.Prompt.Id, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json.Of(one.Responses)))));
        var applicable = constitution.TextsFor(one.Prompt.Expectation);
        var drawn = applicable is [] ? null : applicable[new SplitMix(RlaifId.Seed(RlaifId.Of(group, "principle"))).Below(applicable.Count)];
        foreach (var (first, second) in SiblingRing.Pairs(one.Responses.Count))
        {
            var (a, b) = (one.Responses[first], one.Responses[second]);
            var veto = constitution.VetoOf(one.Prompt.Turns, one.Prompt.Expectation, a, b);
            yield return new(RlaifId.Of(group, first, second), place, first, second, veto, veto == Veto.None && a != b ? drawn : null);
        }
    }

    private Candidate First(Pair pair) => answered[pair.Place].Responses[pair.First];

    private Candidate Second(Pair pair) => answered[pair.Place].Responses[pair.Second];

    /// <param name="Place">Of the prompt, from 0.</param>
    /// <param name="By">What it is judged by; null: nobody is asked.</param>
    private sealed record Pair(Guid Id, int Place, int First, int Second, Veto Veto, PrincipleText? By);
}
