using Rlaif.Coordinator.Api;

namespace Rlaif.Cli.Running;

/// <summary>Shows how far a run is, from the facts, until it ends or pauses.</summary>
internal sealed class RunWatch(Func<CancellationToken, Task<RunState>> look, IRunScreen screen, TimeProvider time)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    /// <returns>The run as it ended or paused.</returns>
    public async Task<RunState> Follow(CancellationToken cancel)
    {
        var shown = 0;
        while (true)
        {
            var run = await look(cancel);
            for (; shown < run.Stages.Count && run.Stages[shown].EndedAt is not null; shown++)
            {
                screen.Ended(run.Stages[shown], run.Rounds);
            }

            if (run.EndedAt is not null || !string.IsNullOrEmpty(run.PauseReason))
            {
                return run;
            }

            if (shown < run.Stages.Count)
            {
                screen.Working(run.Stages[shown], run.Rounds, run.At - run.Stages[shown].PlannedAt, run.Step, run.Steps);
            }

            await Task.Delay(Glance, time, cancel);
        }
    }
}
