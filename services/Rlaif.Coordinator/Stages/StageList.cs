using Rlaif.Coordinator.Runs;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>The stages of a run in their order: a table, not a graph.</summary>
internal sealed class StageList(
    StartResponsesStage start, CalibrationStage calibration, ResponsesStage responses, RevisionsStage revisions, LabelsStage labels,
    RewardModelStage rewardModel, TrainingParts parts, EvaluationResponsesStage evaluationResponses, EvaluationLabelsStage evaluationLabels,
    ScoresStage scores, EvaluationStage evaluation, RunLineage lineage)
{
    public IReadOnlyList<(int Round, IStage Stage)> Of(RunContext run) =>
    [
        (0, start),
        (0, calibration),
        .. Enumerable.Range(1, run.Recipe.Rounds).SelectMany(round => Round(run.Recipe).Select(stage => (round, stage))),
    ];

    /// <summary>The stage of a row, by its name: a later version may have another order.</summary>
    public IStage Find(RunContext run, StageRow row) =>
        Of(run).FirstOrDefault(one => one.Round == row.Round && one.Stage.Name == row.Name).Stage
        ?? throw new InvalidOperationException($"Stage {row.Name} of round {row.Round} is not one of this version; finish the run with the version that began it.");

    public async Task<string> FinalPolicy(RunContext run, CancellationToken cancel) =>
        (await lineage.Incumbent(run, run.Recipe.Rounds + 1, cancel)).Artifact;

    private IEnumerable<IStage> Round(Recipe recipe)
    {
        yield return responses;
        if (recipe.Revision.Enabled)
        {
            yield return revisions;
        }

        yield return labels;
        yield return rewardModel;
        for (var position = 0; position < recipe.Optimize.Count; position++)
        {
            var algorithm = recipe.Optimize[position];
            var repeated = recipe.Optimize.Take(position).Any(earlier => earlier.Algorithm == algorithm.Algorithm);
            yield return new OptimizationStage(parts, algorithm, position, repeated);
        }

        yield return evaluationResponses;
        yield return evaluationLabels;
        yield return scores;
        yield return evaluation;
    }
}
