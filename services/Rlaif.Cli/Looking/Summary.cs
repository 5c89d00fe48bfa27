using System.Text.Json;
using System.Text.Json.Serialization;
using Rlaif.Contracts;
using Rlaif.Coordinator.Looking;
using Rlaif.Storage;

namespace Rlaif.Cli.Looking;

/// <summary>What <c>rlaif run --summary FILE</c> writes: figures for machines, under names that stay.</summary>
internal sealed record Summary
{
    public required Guid RunId { get; init; }
    public required long Seed { get; init; }
    public required SummaryCheckpoint Checkpoint { get; init; }
    public required SummaryWinRate WinRate { get; init; }
    public required IReadOnlyList<PrincipleWinRate> PerPrinciple { get; init; }
    public required SummaryKl? Kl { get; init; }
    public required SummaryRewardModel? RewardModel { get; init; }
    public required SummaryJudge? Judge { get; init; }
    public required IReadOnlyDictionary<string, double> Probes { get; init; }
    public required bool Promoted { get; init; }
    public required IReadOnlyList<string> Reasons { get; init; }
    public required IReadOnlyDictionary<string, double> Seconds { get; init; }
    public required long PeakMemoryBytes { get; init; }

    // Every key is there in every summary: null says that there is no such figure.
    private static readonly JsonSerializerOptions Form = new(Json.Options)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Form);

    /// <summary>From what a finished run left.</summary>
    /// <param name="checkpoint">The final policy's folder, and the SHA-256 of its weights.</param>
    /// <param name="evaluations">Of all rounds; the one that promoted the final policy counts, or the last when nothing was promoted.</param>
    /// <param name="judges">Reports of the run's labelers. A model's comes before that of the evaluation's labeler.</param>
    public static Summary Of(
        RunRow run, SummaryCheckpoint checkpoint, IReadOnlyList<EvaluationRow> evaluations, IReadOnlyList<JudgeReport> judges,
        IReadOnlyList<StageRow> stages, long peakMemoryBytes)
    {
        var row = RunEnding.Counted(run, evaluations);
        var figures = row.Read();
        var judge = judges.FirstOrDefault(report => report.Labeler.StartsWith("judge", StringComparison.Ordinal))
            ?? judges.FirstOrDefault(report => report.Labeler == figures.Labeler);
        return new()
        {
            RunId = run.Id,
            Seed = run.Seed,
            Checkpoint = checkpoint,
            WinRate = new(figures.WinRate.Mean, figures.WinRate.Low, figures.WinRate.High, figures.Prompts, figures.Labeler),
            PerPrinciple = figures.PerPrinciple,
            Kl = PreferK3(figures.KlNatsPerSequence),
            RewardModel = figures.RewardModel is { } reward
                ? new(reward.Accuracy.Mean, reward.Accuracy.Low, reward.Accuracy.High, reward.LengthBaseline, reward.Calibration?.Error, reward.Calibration?.Temperature)
                : null,
            Judge = judge is null ? null : new(judge.Calls, judge.Failures, judge.OrderConsistency, judge.FirstPlaceBias),
            Probes = figures.Probes.Where(probe => double.IsFinite(probe.Value)).ToDictionary(StringComparer.Ordinal),
            Promoted = row.Promoted,
            Reasons = figures.Reasons,
            Seconds = ByStage(stages),
            PeakMemoryBytes = peakMemoryBytes,
        };
    }

    // k3 is never negative and varies less near 0; k1 stands in where only it was stored.
    private static SummaryKl? PreferK3(IReadOnlyDictionary<string, double> byEstimator) =>
        byEstimator.TryGetValue("k3", out var k3) ? new("k3", k3) : byEstimator.TryGetValue("k1", out var k1) ? new("k1", k1) : null;

    private static Dictionary<string, double> ByStage(IReadOnlyList<StageRow> stages) => stages.Select(RunReports.Figures)
        .GroupBy(stage => stage.Name, stage => stage.Seconds ?? 0, StringComparer.Ordinal)
        .ToDictionary(seconds => seconds.Key, seconds => Math.Round(seconds.Sum(), 3), StringComparer.Ordinal);
}

/// <summary>Where the final policy is, and the SHA-256 of its weights' bytes.</summary>
internal sealed record SummaryCheckpoint(string Path, string Sha256);

/// <summary>Against the starting policy, with the interval, the prompts and who compared.</summary>
internal sealed record SummaryWinRate(double Mean, double Low, double High, int Prompts, string Labeler);

/// <summary>To the starting policy.</summary>
internal sealed record SummaryKl(string Estimator, double NatsPerSequence);

/// <summary>Accuracy on held-out pairs with its interval, and that of the better length rule; expected calibration error there, and the temperature that
/// would take most of it away.</summary>
internal sealed record SummaryRewardModel(double Accuracy, double Low, double High, double LengthBaseline, double? CalibrationError, double? Temperature);

/// <summary>What the judge is worth. Null where order plays no part.</summary>
internal sealed record SummaryJudge(int Calls, IReadOnlyDictionary<string, int> Failures, double? OrderConsistency, double? FirstPlaceBias);
