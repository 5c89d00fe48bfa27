using Rlaif.Coordinator.Runs;
using Rlaif.Feedback.Settling;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>The votes of a pair that settle it.</summary>
internal static class CountedVotes
{
    /// <summary>Those of settling pools, labeler by labeler.</summary>
    public static IReadOnlyList<LabelerVotes> Of(RunContext run, IEnumerable<VoteRow> votes) =>
    [
        .. votes.Where(vote => run.SettlingPools.Contains(vote.Pool, StringComparer.Ordinal)).GroupBy(vote => vote.Labeler, StringComparer.Ordinal)
            .Select(labeler => new LabelerVotes(labeler.Key, [.. labeler.Select(vote => vote.Vote)])),
    ];
}
