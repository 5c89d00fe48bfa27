using MassTransit;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Tests.Hosting;

/// <summary>What a test lets a training do, and what it saw of it.</summary>
internal sealed class Script
{
    public required Func<JobRow, Action<int, int>, CancellationToken, Task> Train { get; init; }

    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The outcome that stood in the database when the training was announced; null: none.</summary>
    public TaskCompletionSource<string?> Announced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A trainer that follows a script and publishes a checkpoint of nothing.</summary>
internal sealed class ScriptedTrainer(Script script, WorkTables work, TrainingFolders folders, TimeProvider time) : ITrainer
{
    public const string Kind = "scripted";

    public IReadOnlyList<string> Kinds => [Kind];

    public async Task<TrainedModel> Train(JobRow job, Action<int, int> progress, CancellationToken cancel)
    {
        await File.WriteAllTextAsync(Path.Combine(folders.Stage(job.Id), "model.safetensors"), "half", cancel);
        script.Started.TrySetResult();
        try
        {
            await script.Train(job, progress, cancel);
        }
        catch (OperationCanceledException)
        {
            script.Cancelled.TrySetResult();
            throw;
        }

        CheckpointRow checkpoint = new()
        {
            CommandId = job.Id, RunId = job.RunId, Round = 1, Kind = "policy", Artifact = $"of epoch {job.Epoch}", WeightsSha256 = "w", StartArtifact = "s", DataArtifact = "d", PublishedAt = time.GetUtcNow(),
        };
        return new(checkpoint, []);
    }

    public async Task Announce(JobRow job, TrainedModel trained, IPublishEndpoint bus, CancellationToken cancel) =>
        script.Announced.TrySetResult(await work.Outcome(job.Id, cancel));
}
