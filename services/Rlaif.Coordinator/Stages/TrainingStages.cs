using System.Runtime.CompilerServices;
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

    public async IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        var id = RlaifId.Of(run.Id, round, Name);
        if (await parts.Store(run, round, Name, Pairs(run, round, cancel), cancel) is not { } artifact)
        {
            yield break;
        }

        var start = await parts.Lineage.RewardModel(run, round - 1, cancel) ?? run.Row.StartPolicy;
        var scale = run.Recipe.RewardModel.StoreScale ? await parts.Store(run, round, "scale", parts.StartResponses(run, cancel), cancel) : null;
        yield return new(id, new TrainRewardModel(id, run.Id, round, start, artifact, RlaifId.Seed(id), scale));
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");

    // Drawn by place, so that only the places are held: fresh pairs first, then older ones in the order of their rounds.
    private async IAsyncEnumerable<PairLine> Pairs(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (recipe, ties) = (run.Recipe.RewardModel, run.Recipe.RewardModel.Ties is not null);
        IAsyncEnumerable<PairLine> Of(int of) => recipe.PrincipleHeads ? parts.JudgedPairs(run, of, ties, cancel) : parts.Pairs(run, of, ties, cancel);
        var fresh = await parts.CountPairs(run, round, ties, cancel);
        var older = 0;
        for (var earlier = 1; recipe.Replay && earlier < round; earlier++)
        {
            older += await parts.CountPairs(run, earlier, ties, cancel);
        }

        var replayed = PairDraws.Places(older, fresh, RlaifId.Seed(RlaifId.Of(run.Id, round, "replay")));
        var drawn = PairDraws.Places(fresh + replayed.Count, recipe.MaxPairs, RlaifId.Seed(RlaifId.Of(run.Id, round, "reward-model-pairs")));
        var lines = Picked(Of(round), [.. drawn.Where(place => place < fresh)]);
        if (drawn.Any(place => place >= fresh))
        {
            var all = Enumerable.Range(1, round - 1).ToAsyncEnumerable().SelectMany(Of);
            lines = lines.Concat(Picked(all, [.. drawn.Where(place => place >= fresh).Select(place => replayed[place - fresh])]));
        }

        await foreach (var line in lines)
        {
            yield return line;
        }
    }

    private static IAsyncEnumerable<PairLine> Picked(IAsyncEnumerable<PairLine> lines, HashSet<int> places) =>
        lines.Index().Where(line => places.Contains(line.Index)).Select(line => line.Item);
}

/// <summary>One algorithm of the round on the policy that the last one left. Its reference is the policy that it starts from.</summary>
internal sealed class OptimizationStage(TrainingParts parts, OptimizationRecipe recipe, int position, bool repeated) : IStage
{
    public string Name => $"{recipe.Algorithm}{(repeated ? $"-{position + 1}" : "")}";

    public bool AsksJudge => recipe.Online?.Rewards is { Judge: > 0 };

    public async IAsyncEnumerable<StageCommand> Plan(RunContext run, int round, [EnumeratorCancellation] CancellationToken cancel)
    {
        var name = $"{recipe.Algorithm}-{position}";
        var data = recipe switch
        {
            { Sft: not null } => await parts.Store(run, round, name, parts.BetterRevisions(run, round, cancel), cancel),
            { Online: { } online } => await parts.Store(run, round, name, parts.Prompts(run, round, online.ReadsTexts, cancel), cancel),
            _ => await parts.Store(run, round, name, parts.Pairs(run, round, ties: false, cancel), cancel),
        };
        if (data is not { } artifact)
        {
            yield break;
        }

        var id = RlaifId.Of(run.Id, round, recipe.Algorithm, position);
        var start = await parts.Lineage.Candidate(run, round, cancel);
        var rewardModel = recipe.Online is { NeedsRewardModel: true } ? await parts.Lineage.RewardModel(run, round, cancel) : null;
        var critic = recipe.Ppo is { KeepCritic: true } ? await parts.Lineage.Critic(run, round, position, cancel) : null;
        yield return new(id, new OptimizePolicy(id, run.Id, round, position, recipe.Algorithm, start, start, artifact, RlaifId.Seed(id), rewardModel, critic));
    }

    public Task<string> Finish(RunContext run, int round, CancellationToken cancel) => Task.FromResult("");
}
