using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Statistics;

namespace Rlaif.Feedback.Settling;

/// <summary>One labeler's votes on a pair.</summary>
public sealed record LabelerVotes(string Labeler, IReadOnlyList<Vote> Votes);

/// <summary>Why a pair is not trained on.</summary>
public enum DropReason
{
    /// <summary>Its preference is within the margin of one half.</summary>
    Tie,

    /// <summary>No vote came.</summary>
    NobodyLabeled,

    /// <summary>Votes came, and all of them were failures.</summary>
    FailuresOnly,

    /// <summary>Every preference changed with the order in which the responses were shown.</summary>
    PositionDecided,

    /// <summary>No principle had anything to say about the prompt.</summary>
    NothingApplies,

    /// <summary>Both responses break a hard rule.</summary>
    HardRule,
}

/// <summary>What became of a pair.</summary>
/// <param name="Preference">Probability that the first response is preferred, 0..1. Ties keep theirs; null when there is none.</param>
/// <param name="Reason">Why the pair is dropped; null when it is settled.</param>
/// <param name="Labelers">How many labelers it rests on.</param>
public sealed record SettledPair(double? Preference, DropReason? Reason, int Labelers)
{
    /// <summary>Whether it is trained on.</summary>
    public bool Settled => Reason is null;
}

/// <summary>The votes of all labelers on one pair become one soft preference, or a reason to drop it.</summary>
/// <remarks>p = mean over labelers of σ(Σ_k w_k (2 p_k - 1)), k over the principles on which the labeler has a vote that counts.
/// A vote counts when it has a preference that does not change with the order. Sums run over sorted terms, so neither the order of
/// votes nor that of labelers changes a bit of the result.</remarks>
public static class Settlement
{
    /// <param name="votes">One entry for each labeler whose votes count (shadowing ones are left out).</param>
    /// <param name="principleWeights">Weights by principle; a vote on any other principle does not count.</param>
    /// <param name="tieMargin">A preference within this distance of one half, the distance included, is a tie.</param>
    /// <param name="veto">What the hard rules say (<see cref="Constitution.VetoOf"/>); it overrules all votes.</param>
    public static SettledPair Of(
        IReadOnlyList<LabelerVotes> votes, IReadOnlyDictionary<string, double> principleWeights, double tieMargin, Veto veto = Veto.None)
    {
        if (veto != Veto.None)
        {
            return veto == Veto.Both ? new(null, DropReason.HardRule, 0) : new(veto == Veto.Second ? 1 : 0, null, 0);
        }

        var preferences = votes.Select(one => PreferenceOf(one.Votes.Where(vote => vote.OrderConsistent != false), principleWeights))
            .OfType<double>().Order().ToList();
        if (preferences is [])
        {
            return new(null, WhyNone(votes.SelectMany(one => one.Votes).ToList()), 0);
        }

        var preference = preferences.Sum() / preferences.Count;
        return new(preference, Math.Abs(preference - 0.5) <= tieMargin ? DropReason.Tie : null, preferences.Count);
    }

    /// <summary>One labeler's preference for the first response, σ(Σ_k w_k (2 p_k - 1)); null when it has none.</summary>
    public static double? PreferenceOf(IEnumerable<Vote> votes, IReadOnlyDictionary<string, double> principleWeights)
    {
        var terms = votes
            .Where(vote => Counts(vote, principleWeights))
            .Select(vote => principleWeights[vote.Principle] * ((2 * vote.Preference!.Value) - 1)).Order().ToList();
        return terms is [] ? null : SoftPreference.Sigmoid(terms.Sum());
    }

    /// <summary>Under each principle the mean preference of the labelers that have one, by the principle's name; those that nobody decided are not there.</summary>
    /// <inheritdoc cref="Of"/>
    public static IReadOnlyDictionary<string, double> PerPrinciple(IReadOnlyList<LabelerVotes> votes, IReadOnlyDictionary<string, double> principleWeights)
    {
        var counted = votes.SelectMany(one => one.Votes).Where(vote => vote.OrderConsistent != false && Counts(vote, principleWeights));
        return new SortedDictionary<string, double>(
            counted.GroupBy(vote => vote.Principle, StringComparer.Ordinal).ToDictionary(
                same => same.Key, same => same.Select(vote => vote.Preference!.Value).Order().Sum() / same.Count(), StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    private static bool Counts(Vote vote, IReadOnlyDictionary<string, double> principleWeights) =>
        vote is { Preference: >= 0 and <= 1, NotApplicable: false, Failure: null } && principleWeights.ContainsKey(vote.Principle);

    private static DropReason WhyNone(List<Vote> votes) =>
        votes is [] ? DropReason.NobodyLabeled
        : votes.Exists(vote => vote is { OrderConsistent: false, Preference: not null }) ? DropReason.PositionDecided
        : votes.TrueForAll(vote => vote.NotApplicable) ? DropReason.NothingApplies
        : DropReason.FailuresOnly;
}
