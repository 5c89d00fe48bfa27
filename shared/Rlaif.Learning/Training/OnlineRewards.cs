using Rlaif.Learning.Rewards;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>The rewards that a recipe names, from what a job has.</summary>
internal static class OnlineRewards
{
    /// <summary>The recipe's rewards, all there.</summary>
    /// <exception cref="InputException">The job lacks one that the recipe names, or what its alarm looks at.</exception>
    public static RewardsRecipe Check(string algorithm, TrainingJob job, OnlineRecipe recipe)
    {
        var rewards = recipe.Rewards ?? new() { RewardModel = 1 };
        Require(rewards.RewardModel == 0 || job.RewardModel is not null, "without a reward model, which judges its samples; name one, or rewards that need none");
        Require(rewards.Rules == 0 || job.Rules is not null, "with rewards by rules, and there are no rules; give the constitution machine checks");
        Require(rewards.Answer == 0 || job.Answers is not null, "with rewards of right answers, and no prompt has one; give prompts an expect.answer");
        Require(rewards.Judge == 0 || job.Judge is not null, "with rewards by a judge, and there is none to ask; leave rewards.judge out");
        Require(recipe.Alarm is null || job.Texts is not null, "with an alarm, and nothing that reads what it samples; leave alarm out");
        return rewards;

        void Require(bool holds, string lacks)
        {
            if (!holds)
            {
                throw new InputException($"{algorithm} was asked for {lacks}.");
            }
        }
    }

    public static RewardMix Of(TrainingJob job, RewardsRecipe rewards, OnlineRecipe settings)
    {
        var sources = new List<RewardSource>();
        void Add(string name, double weight, Func<IResponseReward> source)
        {
            if (weight > 0)
            {
                sources.Add(new(name, weight, source()));
            }
        }

        Add("reward_model", rewards.RewardModel, () => new ModelReward(RewardJudge.Read(job.RewardModel!, settings)));
        Add("rules", rewards.Rules, () => job.Rules!);
        Add("answer", rewards.Answer, () => job.Answers!);
        Add("judge", rewards.Judge, () => job.Judge!);
        Add("length", rewards.Length, () => new LengthReward(rewards.ShortestTokens, rewards.LongestTokens));
        return new(sources);
    }
}
