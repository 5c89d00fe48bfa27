using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>Who holds leases: one name per process. A process that starts again under the same name takes its own leases back at once.</summary>
public sealed record LeaseOwner(string Name);

/// <summary>Wakes every trainer of this process when a job was enqueued.</summary>
public sealed class JobSignal
{
    private readonly ConcurrentBag<Signal> trainers = [];

    /// <summary>A signal of its own for one trainer: a shared one would wake only whoever reads it first.</summary>
    public Signal Listen()
    {
        var signal = new Signal();
        trainers.Add(signal);
        return signal;
    }

    public void Raise()
    {
        foreach (var trainer in trainers)
        {
            trainer.Raise();
        }
    }
}

/// <summary>Trainings hold a lease on a row, not a delivery: claimed under a fencing epoch, kept alive by a heartbeat, taken over when it stops.</summary>
public sealed class TrainerLoop(
    ITrainer trainer, TrainingTables jobs, RunGuard guard, IBus bus, JobSignal signals, LeaseOwner owner,
    IHostApplicationLifetime host, TimeProvider time, ILogger<TrainerLoop> log)
    : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private readonly Signal enqueued = signals.Listen();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await host.WaitUntilStarted(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var job = await jobs.Claim(trainer.Kinds, owner.Name, time.GetUtcNow(), Lease, stoppingToken);
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
        var (step, steps) = (0, 0);
        var beating = BeatWhile(held, () => jobs.Heartbeat(job, Volatile.Read(ref step), Volatile.Read(ref steps), time.GetUtcNow() + Lease, held.Token));
        try
        {
            var trained = await trainer.Train(
                job,
                (now, all) =>
                {
                    held.Token.ThrowIfCancellationRequested();
                    (step, steps) = (now, all);
                },
                held.Token);
            if (await jobs.Publish(job, trained.Checkpoint, trained.Metrics, "{}", time.GetUtcNow(), held.Token))
            {
                await bus.Within(limit => trainer.Announce(job, trained, bus, limit), stopping);
            }
        }
        catch (OperationCanceledException)
        {
            log.LogInformation("Job {Job} was let go at step {Step}; whoever claims it goes on from its last checkpoint", job.Id, step);
            await jobs.Release(job, time.GetUtcNow(), CancellationToken.None);
        }
        catch (Exception error) when (!stopping.IsCancellationRequested)
        {
            log.LogDebug(error, "Job {Job} of run {Run} failed", job.Id, job.RunId);
            await jobs.Release(job, time.GetUtcNow() + TimeSpan.FromMinutes(1), stopping);
            await guard.Pause(job.RunId, job.Id, error.Message, stopping);
        }
        finally
        {
            await held.CancelAsync();
            await beating;
        }
    }

    private async Task BeatWhile(CancellationTokenSource held, Func<Task<bool>> beat)
    {
        try
        {
            while (await beat())
            {
                await Task.Delay(Beat, time, held.Token);
            }

            await held.CancelAsync();       // somebody else holds the job now
        }
        catch (OperationCanceledException)
        {
            // The work is over.
        }
    }
}
