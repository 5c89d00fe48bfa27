using System.Diagnostics.CodeAnalysis;
using Rlaif.Learning.Training;

namespace Rlaif.Learning.Probes;

/// <summary>A training stopped because its policy has left its band: no failure, and nothing that trying again changes.</summary>
[SuppressMessage("Design", "CA1032", Justification = "An alarm without what it found is none.")]
public sealed class TrainingAlarmException(string message, int step, IReadOnlyList<Departure> departures, IReadOnlyList<TrainingMetric> metrics) : Exception(message)
{
    /// <summary>Optimizer steps that were done.</summary>
    public int Step { get; } = step;

    /// <summary>What left which band, those that were accepted before left out; at least one.</summary>
    public IReadOnlyList<Departure> Departures { get; } = departures;

    /// <summary>Of all steps so far, the look that raised the alarm included.</summary>
    public IReadOnlyList<TrainingMetric> Metrics { get; } = metrics;
}
