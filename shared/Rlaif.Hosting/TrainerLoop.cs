using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>Trainings hold a lease on a row, not a delivery: claimed under a fencing epoch, kept alive by a heartbeat, taken over when it stops.</summary>
public sealed class TrainerLoop(
    ITrainer trainer, TrainingTables jobs, WorkTables outcomes, TrainingFolders folders, RunGuard guard, IBus bus, JobSignal signals,
    Deployment deployment, Patience patience, IHostApplicationLifetime host, TimeProvider time, ILogger<TrainerLoop> log)
    : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private readonly Signal enqueued = signals.Listen();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await host.WaitUntilStarted(stoppingToken);
        foreach (var job in folders.Unfinished())
        {
            await patience.Try("A trainer", cancel => ForgetIfDone(job, cancel), stoppingToken);
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            var job = await patience.Try(
                "A trainer", cancel => jobs.Claim(trainer.Kinds, deployment.Replica, time.GetUtcNow(), deployment.Lease, cancel), stoppingToken);
            if (job is null)
            {
                await enqueued.Wait(TimeSpan.FromSeconds(1), time, stoppingToken);
                continue;
            }

            await Hold(job, stoppingToken);
        }
    }

    private async Task Hold(JobRow job, CancellationToken stopping)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var scope = LogScope.Of(log, job.RunId, job.Id);
        using var span = RunTrace.Start($"train {job.Kind}", job.RunId, job.Trace);
        var (step, steps, began) = (0, 0, time.GetUtcNow());
        var beating = BeatWhile(held, cancel => jobs.Heartbeat(job, Volatile.Read(ref step), Volatile.Read(ref steps), time.GetUtcNow() + deployment.Lease, cancel));
        try
        {
            var trained = await trainer.Train(
                job,
                (now, all) =>
                {
                    held.Token.ThrowIfCancellationRequested();
                    (step, steps) = (now, all);
                    Instruments.Trained(job.Kind, now);
                    RunTrace.Start("step", job.RunId, span?.Id, began)?.SetTag("rlaif.step", now).Dispose();
                    began = time.GetUtcNow();
                },
                held.Token);
            await patience.Try($"Job {job.Id}", cancel => Publish(job, trained, cancel), held.Token);
            await ForgetIfDone(job.Id, held.Token);
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            log.LogInformation("Job {Job} was let go at step {Step}; whoever claims it goes on from its last checkpoint", job.Id, step);
            await LetGo(job, time.GetUtcNow());
        }
        catch (AlarmException alarm)
        {
            await patience.Try($"Job {job.Id}", cancel => Raise(job, alarm, cancel), stopping);
            await LetGo(job, time.GetUtcNow());
        }
        catch (Exception error)
        {
            log.LogDebug(error, "Job {Job} of run {Run} failed", job.Id, job.RunId);
            // Whoever lost the lease has lost its folder too: its errors say nothing about the run.
            if (await patience.Try($"Job {job.Id}", cancel => jobs.IsHeld(job, cancel), stopping))
            {
                await LetGo(job, time.GetUtcNow() + TimeSpan.FromMinutes(1));
                await patience.Try($"Job {job.Id}", cancel => guard.Pause(job.RunId, job.Id, error.Message, cancel), stopping);
            }
        }
        finally
        {
            Instruments.Trained(job.Kind, 0);
            await held.CancelAsync();
            await beating;
            Cleared(job.Id, "staging", folders.Unstage);
        }
    }

    // Again after a failure of the broker: the rows are there then, and are told of once more.
    private async Task Publish(JobRow job, TrainedModel trained, CancellationToken cancel)
    {
        if (await jobs.Publish(job, trained.Checkpoint, trained.Metrics, "{}", time.GetUtcNow(), cancel))
        {
            await bus.Within(limit => trainer.Announce(job, trained, bus, limit), cancel);
        }
    }

    // Again after a failure of the broker, as a checkpoint is: the pause has a name of its own, and is there then.
    private async Task Raise(JobRow job, AlarmException alarm, CancellationToken cancel)
    {
        var pause = new RunPaused(RlaifId.Of(job.RunId, "paused", job.Id, AlarmException.Prefix, alarm.Step), job.RunId, alarm.Message);
        if (await jobs.Alarm(job, pause.Id, pause.Reason, alarm.Metrics, time.GetUtcNow(), cancel))
        {
            await bus.Within(limit => bus.Publish(pause, limit), cancel);
        }
    }

    private async Task ForgetIfDone(Guid job, CancellationToken cancel)
    {
        if (await outcomes.Outcome(job, cancel) is null)
        {
            return;
        }

        Cleared(job, "work", folders.Forget);
    }

    // Disorder, not a failure: nobody reads it again.
    private void Cleared(Guid job, string folder, Action<Guid> clear)
    {
        try
        {
            clear(job);
        }
        catch (IOException error)
        {
            log.LogWarning("What job {Job} left in the {Folder} folder stays there: {Reason}", job, folder, error.Message);
        }
    }

    private async Task LetGo(JobRow job, DateTimeOffset notBefore)
    {
        try
        {
            await jobs.Release(job, notBefore, CancellationToken.None);
        }
        catch (Exception error) when (RlaifBus.HealsByWaiting(error))
        {
            log.LogWarning("Job {Job} could not be released ({Reason}); its lease ends by itself", job.Id, error.Message);
        }
    }

    // A database that is away for less than the lease costs nothing: the last heartbeat still counts.
    private async Task BeatWhile(CancellationTokenSource held, Func<CancellationToken, Task<bool>> beat)
    {
        var until = time.GetUtcNow() + deployment.Lease;
        try
        {
            while (time.GetUtcNow() < until)
            {
                try
                {
                    var beatAt = time.GetUtcNow();
                    if (!await beat(held.Token))
                    {
                        break;      // somebody else holds the job now, or its run waits
                    }

                    until = beatAt + deployment.Lease;
                }
                catch (Exception error) when (RlaifBus.HealsByWaiting(error))
                {
                    log.LogWarning("A heartbeat did not get through: {Reason}", error.Message);
                }

                await Task.Delay(Beat, time, held.Token);
            }

            await held.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The work is over.
        }
    }
}
