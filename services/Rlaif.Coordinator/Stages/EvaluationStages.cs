using System.Runtime.CompilerServices;
using MassTransit;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Rlaif.Coordinator.Runs;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>Every response of the round's policy meets every one of the starting policy and of the incumbent to the same held-out prompt.</summary>
internal sealed class EvaluationLabelsStage(RunTables runs, ResponseTables responses, PairTables pairs, RunLineage lineage, TimeProvider time) : IStage
{
    public string Name => "evaluation-labels";

    public int Window => LabelCommands.Window;

    public IEnumerable<string> Pools(RunContext run) => [run.SettlingPools[0]];

    public async IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (_, incumbent) = await lineage.Incumbent(run, round, cancel);
        var prompts = await runs.Prompts(run.Id, Splits.Evaluation, 0, cancel).ToListAsync(cancel);
        var shown = new List<ShownPair>();
        foreach (var other in new[] { 0, incumbent }.Distinct())
        {
            var (ours, theirs) = (await Responses(run, round, cancel), await Responses(run, other, cancel));
            shown.AddRange(
                from prompt in prompts
                from candidate in ours[prompt.Id]
                from opponent in theirs[prompt.Id]
                select ShownPairs.Of(run, round, Purpose.Evaluation, 0, prompt.Prompt, candidate, opponent));
        }

        var numbered = shown.Select((pair, i) => pair with { Row = pair.Row with { Ordinal = i } }).ToList();
        await pairs.Insert([.. numbered.Select(pair => pair.Row)], cancel);
        foreach (var command in LabelCommands.Of(run, run.SettlingPools[0], numbered, time.GetUtcNow() + TimeSpan.FromDays(1)))
        {
            yield return command;
        }
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");

    private async Task<ILookup<string, ResponseRow>> Responses(RunContext run, int round, CancellationToken cancel) =>
        (await responses.Of(run.Id, Purposes.Evaluation, round, cancel)).ToLookup(row => row.PromptId, StringComparer.Ordinal);
}

/// <summary>The round's reward model scores the held-out responses that are compared.</summary>
internal sealed class ScoresStage(RunLineage lineage) : IStage
{
    public string Name => "scores";

    public async IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (await lineage.RewardModel(run, round, cancel) is not { } rewardModel)
        {
            yield break;
        }

        var id = RlaifId.Of(run.Id, round, Name, rewardModel);
        yield return new(id, new ScoreResponses(id, run.Id, round, rewardModel, [0, round], Purpose.Evaluation));
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");
}

/// <summary>Figures, and the gate: the candidate replaces the incumbent or does not.</summary>
internal sealed class EvaluationStage(RunLineage lineage, EvaluationTables evaluations, IBus bus) : IStage
{
    public string Name => "evaluation";

    public async IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        var id = RlaifId.Of(run.Id, round, Name);
        var (_, incumbent) = await lineage.Incumbent(run, round, cancel);
        yield return new(id, new EvaluatePolicy(id, run.Id, round, await lineage.Candidate(run, round, cancel), incumbent));
    }

    public async Task<string> Finish(RunContext run, int round, CancellationToken cancel)
    {
        var row = (await evaluations.Of(run.Id, cancel)).Single(evaluation => evaluation.Round == round);
        var (figures, id) = (row.Read(), RlaifId.Of(run.Id, round, "gate"));
        await bus.Within(
            limit => row.Promoted
                ? bus.Publish(new PolicyPromoted(id, run.Id, round, row.Candidate), limit)
                : bus.Publish(new PolicyRejected(id, run.Id, round, row.Candidate, figures.Reasons), limit),
            cancel);
        var rate = figures.WinRate;
        return $"win rate {rate.Mean:0.00} [{rate.Low:0.00}, {rate.High:0.00}] over {figures.Prompts} prompts, by {figures.Labeler} → " +
            (row.Promoted ? $"promoted as policy {row.Candidate[..8]}" : $"not promoted: {figures.Reasons[0]}");
    }
}
