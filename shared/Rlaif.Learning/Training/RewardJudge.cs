using Rlaif.Learning.Advantages;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>What the members of a reward model say of responses that a policy sampled. Takes over the members.</summary>
internal sealed class RewardJudge(IReadOnlyList<RewardModel> members, OnlineRecipe recipe) : IDisposable
{
    /// <exception cref="InputException">The folder has not what the recipe's rewards are made of.</exception>
    public static RewardJudge Read(string folder, OnlineRecipe recipe)
    {
        var judge = new RewardJudge(ModelFolder.ReadRewardModels(folder), recipe);
        if (judge.Missing(folder) is not { } missing)
        {
            return judge;
        }

        judge.Dispose();
        throw new InputException(missing);
    }

    /// <returns>In the order of the answers; finite.</returns>
    public float[] Of(IReadOnlyList<TrainingExample> answers, CancellationToken cancel)
    {
        float[][] said = [.. members.Select(member => Of(member, answers, cancel))];
        return [.. answers.Select((_, i) => EnsembleReward.Of([.. said.Select(rewards => rewards[i])], recipe.Pessimism ?? 0))];
    }

    public void Dispose()
    {
        foreach (var member in members)
        {
            member.Dispose();
        }
    }

    private float[] Of(RewardModel member, IReadOnlyList<TrainingExample> answers, CancellationToken cancel)
    {
        var rewards = RewardScores.Of(member, answers, cancel);
        if (Array.FindIndex(rewards, reward => !float.IsFinite(reward)) is var at and >= 0)
        {
            throw new InputException($"The reward model gives a response of {answers[at].Response.Length} tokens the reward {rewards[at]}; train another one.");
        }

        return recipe.NormaliseRewards ? [.. rewards.Select(member.Scale!.Normalised)] : rewards;
    }

    private string? Missing(string folder) =>
        recipe.NormaliseRewards && members.Any(member => member.Scale is null)
            ? $"The reward model {folder} has no stored scale (mean and std in its config.json), which normaliseRewards divides by; train it with rewardModel.storeScale: true."
        : recipe.Pessimism is not null && members.Count == 1
            ? $"The reward model {folder} is a single one, and pessimism subtracts what members disagree; train it with rewardModel.members: 5."
        : null;
}
