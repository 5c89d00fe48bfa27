using System.Text.Json;
using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Looking;

/// <summary>All that is known of a run: what <c>rlaif show RUN --json</c> writes and <see cref="RunView"/> draws.</summary>
public sealed record RunReport
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }
    public required string State { get; init; }
    public required long Seed { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public required string StartPolicy { get; init; }
    public required string ConstitutionSha256 { get; init; }
    public string? FinalPolicy { get; init; }

    /// <summary>Every setting, defaults written out.</summary>
    public required JsonElement Recipe { get; init; }
    public required IReadOnlyList<StageFigures> Stages { get; init; }
    public required IReadOnlyList<ResponseCount> Responses { get; init; }
    public required IReadOnlyList<PairCount> Pairs { get; init; }
    public required IReadOnlyList<DropCount> Dropped { get; init; }
    public required IReadOnlyList<LabelerFigures> Labelers { get; init; }
    public required IReadOnlyList<MetricFigures> Metrics { get; init; }
    public required IReadOnlyList<CheckpointRow> Checkpoints { get; init; }
    public required IReadOnlyList<EvaluationLine> Evaluations { get; init; }
}

/// <summary>A stage of a round. Seconds from its planning to its end, pauses and restarts included; null while it goes on.</summary>
public sealed record StageFigures(int Round, string Name, int Done, int Total, double? Seconds, string? Note);

/// <summary>What a labeler did for one purpose. A vote is a preference, has nothing to say, or failed: a failure is never a label.</summary>
public sealed record LabelerFigures(
    string Pool, string Labeler, string Purpose, int Labels, int Declined, int Calls, int Preferences, int NotApplicable,
    IReadOnlyDictionary<string, int> Failures);

/// <summary>A metric of a training at its first and last step.</summary>
public sealed record MetricFigures(int Round, string Stage, string Name, int Steps, double First, double Last);

/// <summary>The evaluation of a round and what was decided.</summary>
public sealed record EvaluationLine(int Round, string Candidate, bool Promoted, EvaluationFigures Figures);
