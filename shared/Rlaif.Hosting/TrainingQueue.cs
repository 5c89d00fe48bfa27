using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>A training outlives any delivery: the command becomes a job row, and is acknowledged.</summary>
public sealed class TrainingQueue(WorkTables work, TrainingTables trainings, JobSignal jobs, TimeProvider time)
{
    /// <summary>Enqueues the job, unless it is there.</summary>
    /// <returns>The artifact when the training is done: whoever did it died before telling. Null: it is under way.</returns>
    public async Task<string?> Enqueue<T>(Guid id, Guid runId, T command, CancellationToken cancel)
    {
        if (await work.Outcome(id, cancel) is not null)
        {
            return (await trainings.Checkpoints(runId, cancel)).Single(row => row.CommandId == id).Artifact;
        }

        await trainings.Enqueue(new() { Id = id, RunId = runId, Kind = typeof(T).Name, Body = Json.Of(command), Trace = RunTrace.Here }, time.GetUtcNow(), cancel);
        jobs.Raise();
        return null;
    }
}
