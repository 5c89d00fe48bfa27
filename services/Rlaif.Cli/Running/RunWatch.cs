using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>Shows how far a run is, from the facts, until it ends or pauses.</summary>
internal sealed class RunWatch(RunTables runs, WorkTables work, TrainingTables trainings, IRunScreen screen, TimeProvider time)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    /// <returns>The run as it ended or paused.</returns>
    public async Task<RunRow> Follow(Guid runId, int rounds, CancellationToken cancel)
    {
        var shown = 0;
        while (true)
        {
            // The run before its stages: whatever ended before it ended is seen.
            var run = (await runs.Find(runId, cancel))!;
            var stages = await work.Stages(runId, cancel);
            for (; shown < stages.Count && stages[shown].EndedAt is not null; shown++)
            {
                screen.Ended(stages[shown], rounds);
            }

            if (!run.GoesOn)
            {
                return run;
            }

            if (shown < stages.Count)
            {
                var (step, steps) = await trainings.Progress(runId, cancel);
                screen.Working(stages[shown], rounds, time.GetUtcNow() - stages[shown].PlannedAt, step, steps);
            }

            await Task.Delay(Glance, time, cancel);
        }
    }
}
