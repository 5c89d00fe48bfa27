using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Rlaif.Coordinator.Runs;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>The reward model goes on with the round's pairs, mixed with as many older ones.</summary>
internal sealed class RewardModelStage(TrainingParts parts) : IStage
{
    public string Name => "reward-model";

    public async Task<IReadOnlyList<StageCommand>> Plan(RunContext run, int round, CancellationToken cancel)
    {
        var id = RlaifId.Of(run.Id, round, Name);
        var data = await Pairs(run, round, cancel);
        var start = await parts.Lineage.RewardModel(run, round - 1, cancel) ?? run.Row.StartPolicy;
        var artifact = await parts.Store(run, round, Name, data, cancel);
        return [new(id, new TrainRewardModel(id, run.Id, round, start, artifact, RlaifId.Seed(id)))];
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");

    private async Task<IReadOnlyList<PairLine>> Pairs(RunContext run, int round, CancellationToken cancel)
    {
        var recipe = run.Recipe.RewardModel;
        var fresh = await parts.Pairs(run, round, cancel);
        var older = new List<PairLine>();
        for (var earlier = 1; recipe.Replay && earlier < round; earlier++)
        {
            older.AddRange(await parts.Pairs(run, earlier, cancel));
        }

        var replayed = PairDraws.Keep(older, fresh.Count, RlaifId.Seed(RlaifId.Of(run.Id, round, "replay")));
        return PairDraws.Keep([.. fresh, .. replayed], recipe.MaxPairs, RlaifId.Seed(RlaifId.Of(run.Id, round, "reward-model-pairs")));
    }
}

/// <summary>One algorithm of the round on the policy that the last one left. Its reference is the policy that it starts from.</summary>
internal sealed class OptimizationStage(TrainingParts parts, OptimizationRecipe recipe, int position, bool repeated) : IStage
{
    public string Name => $"{recipe.Algorithm}{(repeated ? $"-{position + 1}" : "")}";

    public async Task<IReadOnlyList<StageCommand>> Plan(RunContext run, int round, CancellationToken cancel)
    {
        var data = recipe.Sft is not null ? await parts.BetterRevisions(run, round, cancel) : await parts.Pairs(run, round, cancel);
        if (data.Count == 0)
        {
            return [];
        }

        var id = RlaifId.Of(run.Id, round, recipe.Algorithm, position);
        var start = await parts.Lineage.Candidate(run, round, cancel);
        var artifact = await parts.Store(run, round, $"{recipe.Algorithm}-{position}", data, cancel);
        return [new(id, new OptimizePolicy(id, run.Id, round, position, recipe.Algorithm, start, start, artifact, RlaifId.Seed(id)))];
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");
}
