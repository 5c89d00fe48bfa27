using MassTransit;
using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>Works a command off once. What does not heal by waiting pauses the run with one sentence; what was done stays, and the same
/// command goes on when it is mended.</summary>
public sealed class RunGuard(RunTables runs, WorkTables outcomes, IBus bus, TimeProvider time)
{
    /// <param name="work">Writes facts and the command's outcome; left out when the outcome is there: a second delivery only tells again.</param>
    /// <param name="tell">Publishes that the facts are there.</param>
    public async Task Once(Guid runId, Guid commandId, Func<Task> work, Func<Task> tell, CancellationToken cancel)
    {
        try
        {
            if (await outcomes.Outcome(commandId, cancel) is null)
            {
                if (!await runs.IsGoingOn(runId, cancel))
                {
                    return;     // a run that waits costs nothing; its commands are sent again when it goes on
                }

                await work();
            }

            await tell();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Under its own name: a message that is cancelled by another token counts as failed, and is no longer delivered to anybody.
            cancel.ThrowIfCancellationRequested();
        }
        catch (Exception error) when (!cancel.IsCancellationRequested && !RlaifBus.HealsByWaiting(error))
        {
            await Pause(runId, commandId, error.Message, cancel);
        }
    }

    public async Task Pause(Guid runId, object cause, string why, CancellationToken cancel)
    {
        var reason = why.Split('\n')[0];        // people read it on one line
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
