using Rlaif.Contracts;
using Rlaif.Coordinator.Looking;
using Spectre.Console;

namespace Rlaif.Cli.Looking;

/// <summary><c>rlaif runs</c>: one line for each run, the newest last.</summary>
internal static class RunsView
{
    // Why a run waits is a sentence, and would push the other columns off the line; rlaif show RUN has all of it.
    private const int LongestState = 60;

    public static void Write(IAnsiConsole console, IReadOnlyList<RunLine> runs)
    {
        if (runs.Count == 0)
        {
            console.WriteLine("No runs yet; start one with rlaif run recipes/quickstart.yaml.");
            return;
        }

        var table = Columns.Of("run", "recipe", ">seed", "started (UTC)", "state", "win rate against the start");
        foreach (var run in runs)
        {
            table.Add(
                RlaifId.Short(run.Id), run.Name, $"{run.Seed}", Shown.Time(run.CreatedAt), TerminalText.Line(run.State, LongestState),
                run.WinRate is { } winRate ? Shown.Interval(winRate) : "");
        }

        console.Write(table);
    }
}
