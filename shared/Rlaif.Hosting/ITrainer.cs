using System.Diagnostics.CodeAnalysis;
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

/// <summary>A training stopped itself because of what it saw: the run pauses and publishes nothing. Whoever resumes the run has accepted it.</summary>
/// <param name="reason">One sentence.</param>
/// <param name="step">Steps that were done.</param>
/// <param name="metrics">Figures so far; those that raised the alarm stand among them under <see cref="Prefix"/>.</param>
[SuppressMessage("Design", "CA1032", Justification = "An alarm without what it saw is none.")]
public sealed class AlarmException(string reason, int step, IReadOnlyList<MetricRow> metrics) : Exception(reason)
{
    /// <summary>Begins the name of a figure that raised an alarm: the fact that it was raised, for a training that goes on.</summary>
    public const string Prefix = "alarm/";

    public int Step { get; } = step;

    public IReadOnlyList<MetricRow> Metrics { get; } = metrics;
}
