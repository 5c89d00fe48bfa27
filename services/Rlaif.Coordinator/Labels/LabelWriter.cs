using System.Collections.Concurrent;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Labels;

/// <summary>Stores labels, as many in one transaction as have come while the last one was written: a transaction costs as much as twenty labels,
/// and SQLite has one writer.</summary>
internal sealed class LabelWriter(PairTables pairs, WorkTables work, TimeProvider time) : IDisposable
{
    /// <summary>Labels of one transaction.</summary>
    public const int Most = 100;

    private readonly ConcurrentQueue<Waiting> queue = [];
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Returns when the label is stored. What is written together is not cut off by the cancellation of one.</summary>
    /// <param name="declined">Why there are no votes; null: there are.</param>
    /// <exception cref="InvalidDataException">It does not answer its command.</exception>
    public async Task Write(PreferenceLabeled label, string? declined, CancellationToken cancel)
    {
        var mine = new Waiting(label, declined);
        queue.Enqueue(mine);
        await turn.WaitAsync(cancel);
        try
        {
            // Whoever had the turn before may have written it.
            while (!mine.Stored.Task.IsCompleted)
            {
                await WriteWaiting();
            }
        }
        finally
        {
            turn.Release();
        }

        await mine.Stored.Task;
    }

    public void Dispose() => turn.Dispose();

    private async Task WriteWaiting()
    {
        var batch = new List<Waiting>();
        while (batch.Count < Most && queue.TryDequeue(out var next))
        {
            batch.Add(next);
        }

        try
        {
            await Insert(batch);
        }
        catch (Exception error) when (batch.Count > 1 && !RlaifBus.HealsByWaiting(error))
        {
            // One that cannot be stored takes none with it.
            foreach (var one in batch)
            {
                await Insert([one]);
            }
        }
    }

    private async Task Insert(List<Waiting> batch)
    {
        try
        {
            var commands = (await work.Commands([.. batch.Select(one => one.Label.Id)], CancellationToken.None)).ToDictionary(row => row.Id);
            var fitting = batch.Where(one => Fits(one, commands.GetValueOrDefault(one.Label.Id))).ToList();
            var isNew = await pairs.Insert([.. fitting.Select(one => (one.Label, one.Declined))], time.GetUtcNow(), CancellationToken.None);
            fitting.Where((_, i) => isNew[i]).ToList().ForEach(one => Instruments.Labeled(one.Label, one.Declined is not null));
            fitting.ForEach(one => one.Stored.TrySetResult());
        }
        catch (Exception error) when (batch.Count == 1 || RlaifBus.HealsByWaiting(error))
        {
            // Each delivery has its own retries.
            batch.ForEach(one => one.Stored.TrySetException(error));
        }
    }

    private static bool Fits(Waiting one, CommandRow? command)
    {
        if (LabelChecks.Misfit(one.Label, command, hasVotes: one.Declined is null) is not { } wrong)
        {
            return true;
        }

        one.Stored.TrySetException(new InvalidDataException(wrong));
        return false;
    }

    private sealed record Waiting(PreferenceLabeled Label, string? Declined)
    {
        public TaskCompletionSource Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
