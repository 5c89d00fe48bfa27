using System.Collections.Concurrent;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Labels;

/// <summary>Stores labels, as many in one transaction as have come while the last one was written: a transaction costs as much as twenty labels,
/// and SQLite has one writer.</summary>
internal sealed class LabelWriter(PairTables pairs, TimeProvider time) : IDisposable
{
    /// <summary>Labels of one transaction.</summary>
    public const int Most = 100;

    private readonly ConcurrentQueue<Waiting> queue = [];
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Returns when the label is stored.</summary>
    /// <param name="declined">Why there are no votes; null: there are.</param>
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
                await WriteWaiting(cancel);
            }
        }
        finally
        {
            turn.Release();
        }

        await mine.Stored.Task;
    }

    public void Dispose() => turn.Dispose();

    private async Task WriteWaiting(CancellationToken cancel)
    {
        var batch = new List<Waiting>();
        while (batch.Count < Most && queue.TryDequeue(out var next))
        {
            batch.Add(next);
        }

        try
        {
            await Insert(batch, cancel);
        }
        catch (Exception error) when (batch.Count > 1 && !RlaifBus.HealsByWaiting(error) && !cancel.IsCancellationRequested)
        {
            // One that cannot be stored takes none with it.
            foreach (var one in batch)
            {
                await Insert([one], cancel);
            }
        }
    }

    private async Task Insert(List<Waiting> batch, CancellationToken cancel)
    {
        try
        {
            var isNew = await pairs.Insert([.. batch.Select(one => (one.Label, one.Declined))], time.GetUtcNow(), cancel);
            batch.Where((_, i) => isNew[i]).ToList().ForEach(one => Instruments.Labeled(one.Label, one.Declined is not null));
            batch.ForEach(one => one.Stored.TrySetResult());
        }
        catch (Exception error) when (batch.Count == 1 || RlaifBus.HealsByWaiting(error) || cancel.IsCancellationRequested)
        {
            // Each delivery has its own retries.
            batch.ForEach(one => one.Stored.TrySetException(error));
        }
    }

    private sealed record Waiting(PreferenceLabeled Label, string? Declined)
    {
        public TaskCompletionSource Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
