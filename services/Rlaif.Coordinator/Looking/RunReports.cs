using System.Text.Json;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Looking;

/// <summary>Gathers what is known of a run.</summary>
public sealed class RunReports(WorkTables work, CountTables counts, TrainingTables trainings, EvaluationTables evaluations)
{
    public async Task<RunReport> Of(RunRow run, CancellationToken cancel)
    {
        var stages = await work.Stages(run.Id, cancel);
        using var recipe = JsonDocument.Parse(run.Recipe);
        return new()
        {
            Id = run.Id,
            Name = run.Name,
            State = RunFinder.State(run, stages),
            Seed = run.Seed,
            CreatedAt = run.CreatedAt,
            EndedAt = run.EndedAt,
            StartPolicy = run.StartPolicy,
            ConstitutionSha256 = run.ConstitutionSha256,
            FinalPolicy = run.FinalPolicy,
            Recipe = recipe.RootElement.Clone(),
            Stages = [.. stages.Select(Figures)],
            Responses = await counts.Responses(run.Id, cancel),
            Pairs = await counts.Pairs(run.Id, cancel),
            Dropped = await counts.Drops(run.Id, cancel),
            Labelers = Labelers(await counts.Labels(run.Id, cancel), await counts.Votes(run.Id, cancel)),
            Metrics = Metrics(await trainings.Metrics(run.Id, cancel)),
            Checkpoints = await trainings.Checkpoints(run.Id, cancel),
            Evaluations =
            [
                .. (await evaluations.Of(run.Id, cancel)).Select(row => new EvaluationLine(row.Round, row.Candidate, row.Promoted, row.Read())),
            ],
        };
    }

    /// <summary>A stage with its seconds.</summary>
    public static StageFigures Figures(StageRow stage) =>
        new(stage.Round, stage.Name, stage.Done, stage.Total, (stage.EndedAt - stage.PlannedAt)?.TotalSeconds, stage.Note);

    private static IReadOnlyList<LabelerFigures> Labelers(IReadOnlyList<LabelCount> labels, IReadOnlyList<VoteCount> votes) =>
    [
        .. labels.Select(label =>
        {
            var its = votes.Where(vote => vote.Labeler == label.Labeler && vote.Purpose == label.Purpose).ToList();
            var failures = its.Where(vote => vote.Failure is not null)
                .ToDictionary(vote => JsonNamingPolicy.CamelCase.ConvertName(vote.Failure!), vote => vote.Votes, StringComparer.Ordinal);
            return new LabelerFigures(
                label.Pool, label.Labeler, label.Purpose, label.Labels, label.Declined, label.Calls,
                its.Sum(vote => vote.Preferences), its.Sum(vote => vote.NotApplicable), failures);
        }),
    ];

    private static IReadOnlyList<MetricFigures> Metrics(IReadOnlyList<MetricRow> rows) =>
    [
        .. rows.GroupBy(row => (row.Round, row.Stage, row.Name)).Select(metric =>
        {
            var (first, last) = (metric.MinBy(row => row.Step)!, metric.MaxBy(row => row.Step)!);
            return new MetricFigures(metric.Key.Round, metric.Key.Stage, metric.Key.Name, metric.Count(), first.Value, last.Value);
        }),
    ];
}
