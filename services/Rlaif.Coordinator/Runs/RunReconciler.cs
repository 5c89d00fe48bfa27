using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Coordinator.Stages;
using Rlaif.Hosting;
using Rlaif.Recipes;
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
    RunTables runs, WorkTables work, StageList stages, CommandSender sender, RunGuard guard, IBus bus, RunSignal signal,
    IHostApplicationLifetime host, TimeProvider time, ILogger<RunReconciler> log)
    : BackgroundService
{
    /// <summary>Commands under way at once: the in-memory transport has no back-pressure.</summary>
    private const int Window = 256;

    /// <summary>A command without an outcome for so long is sent again; it changes nothing when the first copy is still worked on.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromMinutes(30);

    private readonly DateTimeOffset started = time.GetUtcNow();
    private readonly Dictionary<Guid, RunContext> contexts = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await host.WaitUntilStarted(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var row in await runs.All(stoppingToken))
            {
                if (row.EndedAt is null && string.IsNullOrEmpty(row.PauseReason))
                {
                    await AdvanceOrPause(row, stoppingToken);
                }
            }

            await signal.Signal.Wait(TimeSpan.FromSeconds(1), time, stoppingToken);
        }
    }

    private async Task AdvanceOrPause(RunRow row, CancellationToken cancel)
    {
        try
        {
            if (!contexts.TryGetValue(row.Id, out var run))
            {
                contexts[row.Id] = run = RunContext.Of(row);
            }

            while (await Advance(run, cancel))
            {
                // One stage ended and the next was planned.
            }
        }
        catch (Exception error) when (error is InputException or IOException)
        {
            log.LogDebug(error, "Run {Run} pauses", row.Id);
            await guard.Pause(row.Id, error.Message, error.Message, cancel);
        }
    }

    /// <summary>One step; true when the facts changed by it and there is more to decide.</summary>
    private async Task<bool> Advance(RunContext run, CancellationToken cancel)
    {
        var planned = await work.Stages(run.Id, cancel);
        var current = planned.Count == 0 ? null : planned[^1];
        if (current is { EndedAt: null })
        {
            if (current.Done < current.Total)
            {
                await SendDue(run, current, cancel);
                return false;
            }

            var note = await stages.Find(run, current.Ordinal).Finish(run, current.Round, cancel);
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
        var commands = await stage.Plan(run, round, cancel);
        await work.Plan(
            new() { RunId = run.Id, Round = round, Ordinal = ordinal, Name = stage.Name, Total = commands.Count, PlannedAt = time.GetUtcNow() },
            [.. commands.Select((command, i) => command.Row(run.Id, round, stage.Name, i))],
            cancel);
        return true;
    }

    private async Task SendDue(RunContext run, StageRow stage, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var lostBefore = now - Lost > started ? now - Lost : started;
        foreach (var command in await work.TakeDue(run.Id, stage.Round, stage.Name, Window, lostBefore, now, cancel))
        {
            await sender.Send(command, cancel);
        }
    }

    private async Task End(RunContext run, CancellationToken cancel)
    {
        var policy = await stages.FinalPolicy(run, cancel);
        await runs.End(run.Id, policy, time.GetUtcNow(), cancel);
        await bus.Within(limit => bus.Publish(new RunCompleted(RlaifId.Of(run.Id, "completed"), run.Id, policy), limit), cancel);
    }
}
