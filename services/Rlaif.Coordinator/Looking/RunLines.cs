using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Looking;

/// <summary>One run in a list of runs.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="WinRate">Of its newest evaluation, against the start; null before the first.</param>
public sealed record RunLine(Guid Id, string Name, long Seed, DateTimeOffset CreatedAt, string State, Estimate? WinRate);

/// <summary>Lists runs.</summary>
public sealed class RunLines(RunTables runs, WorkTables work, EvaluationTables evaluations)
{
    /// <summary>All runs, oldest first.</summary>
    public async Task<IReadOnlyList<RunLine>> All(CancellationToken cancel)
    {
        var lines = new List<RunLine>();
        foreach (var run in await runs.All(cancel))
        {
            var winRate = await evaluations.Of(run.Id, cancel) is [.., var last] ? last.Read().WinRate : null;
            lines.Add(new(run.Id, run.Name, run.Seed, run.CreatedAt, RunFinder.State(run, await work.Stages(run.Id, cancel)), winRate));
        }

        return lines;
    }
}
