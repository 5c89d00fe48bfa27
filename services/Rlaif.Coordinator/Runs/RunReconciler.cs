using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Coordinator.Stages;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Runs;

/// <summary>Wakes the reconciler.</summary>
public sealed class RunSignal
{
    public Signal Signal { get; } = new();
}

/// <summary>Looks at the facts of every run that goes on, and sends what is missing. It keeps no state of its own: it may be killed,
/// doubled or started late.</summary>
internal sealed class RunReconciler(
    RunTables runs, WorkTables work, StageList stages, CommandSender sender, RunGuard guard, IBusControl bus, RunSignal signal,
    Patience patience, IHostApplicationLifetime host, TimeProvider time, ILogger<RunReconciler> log)
    : BackgroundService
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Guid, RunContext> contexts = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await host.WaitUntilStarted(stoppingToken);
        // Our own queues have to be there before anybody can answer a command.
        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var goingOn = await patience.Try("The coordinator", runs.GoingOn, stoppingToken);
            foreach (var ended in contexts.Keys.Except(goingOn).ToList())
            {
                contexts.Remove(ended);
            }

            foreach (var run in goingOn)
            {
                await AdvanceOrPause(run, stoppingToken);
            }

            await signal.Signal.Wait(Glance, time, stoppingToken);
        }
    }

    private async Task AdvanceOrPause(Guid id, CancellationToken cancel)
    {
        try
        {
            if (!contexts.TryGetValue(id, out var run))
            {
                contexts[id] = run = RunContext.Of((await runs.Find(id, cancel))!);
            }

            while (await Advance(run, cancel))
            {
                // One stage ended and the next was planned.
            }
        }
        catch (Exception error) when (RlaifBus.HealsByWaiting(error))
        {
            log.LogWarning("Run {Run} waits: {Reason}", RlaifId.Short(id), error.Message);
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            log.LogDebug(error, "Run {Run} pauses", id);
            await Pause(id, error.Message, cancel);
        }
    }

    // On a full disk not even the reason can be stored: the log has it, and the next look tries again.
    private async Task Pause(Guid id, string reason, CancellationToken cancel)
    {
        try
        {
            await guard.Pause(id, reason, reason, cancel);
        }
        catch (Exception error) when (!cancel.IsCancellationRequested)
        {
            log.LogError("Run {Run} cannot go on: {Reason} This cannot be stored either: {Error}", RlaifId.Short(id), reason, error.Message);
        }
    }

    /// <summary>One step; true when the facts changed by it and there is more to decide.</summary>
    private async Task<bool> Advance(RunContext run, CancellationToken cancel)
    {
        var current = await work.Last(run.Id, cancel);
        if (current is { EndedAt: null })
        {
            var working = stages.Find(run, current);
            if (await work.IsOpen(current, cancel))
            {
                foreach (var pool in working.Pools(run))
                {
                    await sender.SendDue(current, pool, working.Window, cancel);
                }

                return false;
            }

            using var finishing = RunTrace.Start($"finish {current.Name}", run.Id);
            var note = await working.Finish(run, current.Round, cancel);
            await work.EndStage(run.Id, current.Round, current.Name, note, time.GetUtcNow(), cancel);
            return true;
        }

        var ordinal = current is null ? 0 : current.Ordinal + 1;
        if (ordinal == stages.Of(run).Count)
        {
            await End(run, cancel);
            return false;
        }

        var (round, stage) = stages.Of(run)[ordinal];
        using var planning = RunTrace.Start($"plan {stage.Name}", run.Id);
        var trace = RunTrace.Here;
        await work.Plan(
            new() { RunId = run.Id, Round = round, Ordinal = ordinal, Name = stage.Name, PlannedAt = time.GetUtcNow() },
            stage.Plan(run, round, cancel).Select((command, i) => command.Row(run.Id, round, stage.Name, i) with { Trace = trace }),
            cancel);
        return true;
    }

    // Told before it is stored: whoever dies in between tells again.
    private async Task End(RunContext run, CancellationToken cancel)
    {
        var policy = await stages.FinalPolicy(run, cancel);
        await bus.Within(limit => bus.Publish(new RunCompleted(RlaifId.Of(run.Id, "completed"), run.Id, policy), limit), cancel);
        await runs.End(run.Id, policy, time.GetUtcNow(), cancel);
    }
}
