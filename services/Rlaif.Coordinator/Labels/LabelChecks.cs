using Rlaif.Contracts;

namespace Rlaif.Coordinator.Labels;

/// <summary>What a label must be, whoever gives it and by whatever way it comes. Each tells in one sentence what is wrong; null: nothing.</summary>
internal static class LabelChecks
{
    /// <summary>A label is believed about the pair and pool that its id names, and about no other.</summary>
    public static string? Misfit(Guid id, Guid pair, string pool) => id == LabelCommands.IdOf(pair, pool) ? null
        : $"Label {id} answers no command about pair {pair} and pool {pool}; a label repeats id, runId, pairId and pool of its command.";

    /// <summary>A vote is a preference, or does not apply, or failed.</summary>
    public static string? WrongVote(PreferenceLabeled label) => label.Votes.FirstOrDefault(vote => !IsOneThing(vote)) is { } wrong
        ? $"The vote on {wrong.Principle} of label {label.Id} must be exactly one of a preference from 0 to 1, notApplicable and a failure." : null;

    /// <exception cref="InvalidDataException">Something is wrong; the message is set aside.</exception>
    public static void MustBeNone(string? wrong)
    {
        if (wrong is not null)
        {
            throw new InvalidDataException(wrong);
        }
    }

    private static bool IsOneThing(Vote vote) => vote switch
    {
        { Preference: { } preference } => preference is >= 0 and <= 1 && !vote.NotApplicable && vote.Failure is null,
        _ => vote.NotApplicable != vote.Failure.HasValue,
    };
}
