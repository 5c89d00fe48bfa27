using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Labels;

/// <summary>What a label must be, whoever gives it and by whatever way it comes. Each tells in one sentence what is wrong; null: nothing.</summary>
internal static class LabelChecks
{
    /// <summary>A label repeats what its command says, and votes on each principle that it asks about.</summary>
    /// <param name="command">The command with the label's id; null: there is none.</param>
    /// <param name="hasVotes">False: the labeler declined.</param>
    public static string? Misfit(PreferenceLabeled label, CommandRow? command, bool hasVotes)
    {
        if (command is not { Kind: nameof(LabelPreference) })
        {
            return $"Label {label.Id} answers no command; a label repeats id, runId, pairId and pool of its command.";
        }

        var asked = Json.Read<LabelPreference>(command.Body);
        if ((label.RunId, label.PairId, label.Pool) != (asked.RunId, asked.PairId, asked.Pool))
        {
            return $"Label {label.Id} names another run, pair or pool than its command; it repeats what the command says.";
        }

        var principles = asked.Principles.Select(principle => principle.Id).Order(StringComparer.Ordinal);
        return !hasVotes || principles.SequenceEqual(label.Votes.Select(vote => vote.Principle).Order(StringComparer.Ordinal), StringComparer.Ordinal)
            ? WrongVote(label) : $"Label {label.Id} does not hold one vote for each principle of its command ({string.Join(", ", principles)}).";
    }

    /// <summary>A vote is a preference, or does not apply, or failed.</summary>
    private static string? WrongVote(PreferenceLabeled label) => label.Votes.FirstOrDefault(vote => !IsOneThing(vote)) is { } wrong
        ? $"The vote on {wrong.Principle} of label {label.Id} must be exactly one of a preference from 0 to 1, notApplicable and a failure." : null;

    private static bool IsOneThing(Vote vote) => vote switch
    {
        { Preference: { } preference } => preference is >= 0 and <= 1 && !vote.NotApplicable && vote.Failure is null,
        _ => vote.NotApplicable != vote.Failure.HasValue,
    };
}
