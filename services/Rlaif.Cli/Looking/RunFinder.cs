using Rlaif.Contracts;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Looking;

/// <summary>Finds the run that a user means.</summary>
internal static class RunFinder
{
    /// <param name="named">The beginning of a run's id, as lists show it, or all of it.</param>
    /// <exception cref="InputException">No run, or more than one, begins so.</exception>
    public static async Task<RunRow> Find(RunTables runs, string named, CancellationToken cancel)
    {
        var shown = TerminalText.Line(named);
        var prefix = named.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        var all = await runs.All(cancel);
        var found = all.Where(run => prefix.Length > 0 && run.Id.ToString("N").StartsWith(prefix, StringComparison.Ordinal)).ToList();
        return found switch
        {
            [var one] => one,
            [] => throw new InputException($"There is no run {shown}; {(all.Count == 0 ? "this home has none yet" : "rlaif runs lists them")}."),
            _ => throw new InputException(
                $"{shown} begins {found.Count} runs ({string.Join(", ", found.Select(run => RlaifId.Short(run.Id)))}); type more of it."),
        };
    }

    /// <summary>What a run is doing.</summary>
    public static string State(RunRow run, IReadOnlyList<StageRow> stages) =>
        run.EndedAt is not null ? "done"
        : !string.IsNullOrEmpty(run.PauseReason) ? $"paused: {run.PauseReason}"
        : stages is [.., var stage] ? $"round {stage.Round}: {stage.Name} {stage.Done}/{stage.Total}"
        : "created";
}
