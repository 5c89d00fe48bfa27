using Rlaif.Contracts;
using Rlaif.Feedback.Labeling;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Labels;

/// <summary>What waits for a person.</summary>
/// <param name="Waiting">Pairs without a label, whoever looks at them.</param>
/// <param name="Command">The pair to label next; null when there is none for this person.</param>
public sealed record WaitingLabels(int Waiting, LabelPreference? Command);

/// <summary>Where people label, over HTTP or beside a run on the same home: pairs come from the rows of the commands, labels become rows.</summary>
public sealed class LabelDesk(ClaimTables claims, WorkTables work, RunTables runs, PairTables pairs, TimeProvider time)
{
    /// <summary>The pool that people serve.</summary>
    public const string People = LabelQuestion.People;

    private const int LongestName = 100;

    /// <summary>The next pair of a pool for this labeler, who alone is shown it for some minutes.</summary>
    /// <param name="runId">Only of this run; null: of any that goes on.</param>
    /// <param name="skip">Ids of commands that the labeler does not want, or has answered and not sent.</param>
    public async Task<WaitingLabels> Next(string pool, string labeler, Guid? runId, IReadOnlySet<Guid> skip, CancellationToken cancel)
    {
        CheckName(labeler);
        var taken = await claims.Take(pool, labeler, runId, skip, time.GetUtcNow(), cancel);
        return new(await claims.Waiting(pool, runId, cancel), taken is null ? null : Json.Read<LabelPreference>(taken.Body));
    }

    /// <summary>Stores a label. A second one for the same command changes nothing.</summary>
    /// <exception cref="InputException">It does not answer its command, or the run does not go on.</exception>
    public async Task Give(PreferenceLabeled label, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(label);
        CheckName(label.Labeler);
        if (await work.Command(label.Id, cancel) is not { Kind: nameof(LabelPreference) } row)
        {
            throw new MissingException($"Label {label.Id} answers no command; a label repeats id, runId, pairId and pool of its command.");
        }

        if (LabelChecks.Misfit(label, row, hasVotes: true) is { } wrong)
        {
            throw new InputException(wrong);
        }

        if (!await runs.IsGoingOn(row.RunId, cancel))
        {
            throw new InputException($"Run {RlaifId.Short(row.RunId)} does not go on; its labels are not taken until it is resumed.");
        }

        if (await pairs.Insert(label, null, time.GetUtcNow(), cancel))
        {
            Instruments.Labeled(label, declined: false);
        }
    }

    private static void CheckName(string labeler)
    {
        if (string.IsNullOrWhiteSpace(labeler) || labeler.Length > LongestName || labeler.Any(char.IsControl))
        {
            throw new InputException($"A labeler is named by 1 to {LongestName} characters, such as human/ada.");
        }
    }
}
