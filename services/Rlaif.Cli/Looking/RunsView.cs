using Rlaif.Contracts;
using Rlaif.Storage;
using Spectre.Console;

namespace Rlaif.Cli.Looking;

/// <summary><c>rlaif runs</c>: one line for each run, the newest last.</summary>
internal sealed class RunsView(RunTables runs, WorkTables work, EvaluationTables evaluations)
{
    public async Task Write(IAnsiConsole console, CancellationToken cancel)
    {
        var all = await runs.All(cancel);
        if (all.Count == 0)
        {
            console.WriteLine("No runs yet; start one with rlaif run recipes/quickstart.yaml.");
            return;
        }

        var table = Columns.Of("run", "recipe", ">seed", "started (UTC)", "state", "win rate against the start");
        foreach (var run in all)
        {
            var winRate = await evaluations.Of(run.Id, cancel) is [.., var last] ? Shown.Interval(last.Read().WinRate) : "";
            var state = RunFinder.State(run, await work.Stages(run.Id, cancel));
            table.Add(
                RlaifId.Short(run.Id),
                run.Name,
                $"{run.Seed}",
                Shown.Time(run.CreatedAt),
                state,
                winRate);
        }

        console.Write(table);
    }
}
