using Rlaif.Contracts;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Looking;

/// <summary>Finds the run that a user means.</summary>
public static class RunFinder
{
    /// <param name="named">The beginning of a run's id, as lists show it, or all of it.</param>
    /// <exception cref="MissingException">No run, or more than one, begins so.</exception>
    public static async Task<RunRow> Find(RunTables runs, string named, CancellationToken cancel) =>
        (await runs.Find(await FindId(runs, named, cancel), cancel))!;

    /// <inheritdoc cref="Find"/>
    public static async Task<Guid> FindId(RunTables runs, string named, CancellationToken cancel)
    {
        var prefix = named.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        var all = await runs.Ids(cancel);
        var found = all.Where(id => prefix.Length > 0 && id.ToString("N").StartsWith(prefix, StringComparison.Ordinal)).ToList();
        return found switch
        {
            [var one] => one,
            [] => throw new MissingException($"There is no run {named}; {(all.Count == 0 ? "there is none yet" : "rlaif runs lists them")}."),
            _ => throw new MissingException($"{named} begins {found.Count} runs ({string.Join(", ", found.Select(RlaifId.Short))}); type more of it."),
        };
    }

    /// <summary>What a run is doing.</summary>
    public static string State(RunRow run, IReadOnlyList<StageRow> stages) =>
        run.EndedAt is not null ? string.IsNullOrEmpty(run.PauseReason) ? "done" : "cancelled"
        : !string.IsNullOrEmpty(run.PauseReason) ? $"paused: {run.PauseReason}"
        : stages is [.., var stage] ? $"round {stage.Round}: {stage.Name} {stage.Done}/{stage.Total}"
        : "created";
}
