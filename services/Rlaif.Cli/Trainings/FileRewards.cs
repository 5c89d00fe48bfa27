using Rlaif.Feedback.Constitutions;
using Rlaif.Learning.Text;
using Rlaif.Learning.Training;
using Rlaif.PolicyOptimizer;
using Rlaif.Recipes;

namespace Rlaif.Cli.Trainings;

/// <summary>What judges the samples of a training on files: files that the command names, and what its rows know.</summary>
internal static class FileRewards
{
    /// <summary>Looks whether all that the rewards need is named, and nothing else.</summary>
    /// <exception cref="InputException">It is not, or the constitution cannot be used.</exception>
    public static void Check(TrainRequest request)
    {
        if (request.Online is not { } online)
        {
            return;
        }

        if (online.NeedsRewardModel && request.RewardModel is null)
        {
            throw new InputException($"{request.Training.Algorithm} has a reward model judge its samples, and none is named; give --reward-model, or other rewards, for example --set rewards.answer=1.");
        }

        // PPO's critic begins as the reward model, whatever rewards.
        if (!online.NeedsRewardModel && request.RewardModel is not null && online is not PpoRecipe)
        {
            throw new InputException("--reward-model plays no part in rewards that name no rewardModel; leave it out, or set rewards.rewardModel.");
        }

        var byRules = online.Rewards is { Rules: > 0 };
        if (byRules != request.Constitution is not null)
        {
            throw new InputException(byRules ? "rewards.rules counts the machine checks of a constitution, and none is named; give --constitution."
                : "--constitution plays no part without rewards.rules; leave it out, or set rewards.rules.");
        }

        if (byRules && Rules(request) is { HasMachineChecks: false })
        {
            throw new InputException($"{request.Constitution} has no machine check, which rewards.rules counts; give a principle one, or leave rewards.rules out.");
        }
    }

    /// <summary>Looks whether the rules have anything to judge.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="data">Its prepared rows.</param>
    /// <param name="chat">Of the policy.</param>
    /// <exception cref="InputException">They say nothing about any prompt.</exception>
    public static void CheckRows(TrainRequest request, string data, ChatFormat chat)
    {
        if (Rules(request) is { } rules && !TrainingTexts.Read(data, rules, chat).RulesSpeak)
        {
            throw new InputException(
                $"No machine check of {request.Constitution} says anything about any prompt of {request.Data}; give its rows expect or safety (--column names other columns), " +
                "the constitution a check that applies to them, or leave rewards.rules out.");
        }
    }

    /// <summary>The training with what reads texts.</summary>
    public static TrainingJob With(TrainingJob job, TrainRequest request, ChatFormat chat)
    {
        if (request.Online is not { ReadsTexts: true })
        {
            return job;
        }

        var rules = Rules(request);
        var texts = TrainingTexts.Read(job.Data, rules, chat);
        return job with { Rules = texts.Rules, Answers = texts.Answers, RulesName = rules?.Sha256 };
    }

    private static Constitution? Rules(TrainRequest request) => request.Constitution is { } path ? Constitution.Read(path) : null;
}
