using MassTransit;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>What a training made.</summary>
public sealed record TrainedModel(CheckpointRow Checkpoint, IReadOnlyList<MetricRow> Metrics);

/// <summary>The work behind a training job. Killed anywhere, it goes on from what it left in the work folder and ends in the same bytes.</summary>
public interface ITrainer
{
    /// <summary>Kinds of job that it takes.</summary>
    IReadOnlyList<string> Kinds { get; }

    /// <param name="progress">To be called after every step with step and steps.</param>
    Task<TrainedModel> Train(JobRow job, Action<int, int> progress, CancellationToken cancel);

    /// <summary>Tells of it. When a process dies before, whoever gets the command once more tells.</summary>
    Task Announce(JobRow job, TrainedModel trained, IPublishEndpoint bus, CancellationToken cancel);
}
