using MassTransit;
using Rlaif.Contracts;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>What a user can mend pauses the run with one sentence; what was done stays, and the same command goes on when it is mended.</summary>
public sealed class RunGuard(RunTables runs, IBus bus, TimeProvider time)
{
    public async Task Guard(Guid runId, Guid commandId, Func<Task> work, CancellationToken cancel)
    {
        try
        {
            await work();
        }
        catch (Exception error) when (error is InputException or IOException)
        {
            await Pause(runId, commandId, error.Message, cancel);
        }
    }

    public async Task Pause(Guid runId, object cause, string reason, CancellationToken cancel)
    {
        if ((await runs.Find(runId, cancel))?.PauseReason == reason)
        {
            return;     // it waits for that already
        }

        var now = time.GetUtcNow();
        var pause = new RunPaused(RlaifId.Of(runId, "paused", cause, now.UtcTicks), runId, reason);
        await runs.Pause(pause.Id, runId, reason, now, cancel);
        await bus.Within(limit => bus.Publish(pause, limit), cancel);
    }
}
