using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Rlaif.Coordinator.Stages;
using Rlaif.Feedback.Labeling;
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
    RunTables runs, WorkTables work, StageList stages, CommandSender sender, QuietPools quiet, RunGuard guard, IBusControl bus, RunSignal signal,
    Patience patience, IHostApplicationLifetime host, TimeProvider time, ILogger<RunReconciler> log)
    : BackgroundService
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Guid, (ChannelWriter<bool> Looks, Task Work)> attended = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await host.WaitUntilStarted(stoppingToken);
        // Our own queues have to be there before anybody can answer a command.
        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var goingOn = await patience.Try("The coordinator", runs.GoingOn, stoppingToken);
                foreach (var ended in attended.Keys.Except(goingOn).ToList())
                {
                    attended.Remove(ended, out var left);
                    left.Looks.Complete();
                }

                foreach (var run in goingOn)
                {
                    await Look(run, stoppingToken);
                }

                await signal.Signal.Wait(Glance, time, stoppingToken);
            }
        }
        finally
        {
            await Task.WhenAll(attended.Values.Select(run => run.Work));
        }
    }

    // Each run has its own turn: one that plans a million commands holds up no other. Many looks while it is busy are one.
    private async Task Look(Guid run, CancellationToken cancel)
    {
        if (!attended.TryGetValue(run, out var attention))
        {
            var looks = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
            attended[run] = attention = (looks.Writer, Task.Run(() => Attend(run, looks.Reader, cancel), cancel));
        }

        if (attention.Work.IsCompleted)
        {
            await attention.Work;       // it never ends by itself
        }

        attention.Looks.TryWrite(true);
    }

    private async Task Attend(Guid id, ChannelReader<bool> looks, CancellationToken cancel)
    {
        (RunContext Run, DateTimeOffset Since)? seen = null;
        await foreach (var _ in looks.ReadAllAsync(cancel))
        {
            try
            {
                seen ??= (RunContext.Of((await runs.Find(id, cancel))!), time.GetUtcNow());
                while (await Advance(seen.Value.Run, seen.Value.Since, cancel))
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
    private async Task<bool> Advance(RunContext run, DateTimeOffset since, CancellationToken cancel)
    {
        var current = await work.Last(run.Id, cancel);
        if (current is { EndedAt: null })
        {
            var working = stages.Find(run, current);
            if (await work.IsOpen(current, cancel))
            {
                var gaveUp = false;
                foreach (var pool in working.Pools(run))
                {
                    gaveUp |= await quiet.GiveUp(current, pool, since, cancel);
                    await sender.SendDue(current, pool, working.Window, cancel);
                }

                if (working.AsksJudge)
                {
                    // Who gives up on these is the training: it knows which of its responses they leave without a word.
                    await sender.SendDue(current with { Name = StageRow.OfRewards(current.Name) }, LabelQuestion.Judge, LabelCommands.Window, cancel);
                }

                return gaveUp;
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
