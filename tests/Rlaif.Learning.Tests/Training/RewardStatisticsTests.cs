using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Trainer = Rlaif.Learning.Training.Training;

namespace Rlaif.Learning.Tests.Training;

public class RewardStatisticsTests
{
    [Fact]
    public void By_hand()
    {
        // 1, 2, 3, 6: mean 3, squares 4 + 1 + 0 + 9 over 3.
        var scale = RewardStatistics.Of([1, 2, 3, 6]);
        Assert.Equal((3, Math.Sqrt(14 / 3.0)), (scale.Mean, scale.Deviation));
        Assert.Equal((float)(3 / Math.Sqrt(14 / 3.0)), scale.Normalised(6));
    }

    [Theory]
    [InlineData]
    [InlineData(1f)]
    [InlineData(2f, 2f, 2f)]
    [InlineData(1f, float.NaN)]
    [InlineData(1f, float.PositiveInfinity)]
    public void Rewards_that_do_not_differ_have_no_scale(params float[] rewards) => Assert.StartsWith(
        $"A reward model has no scale on {rewards.Length} responses", Assert.Throws<InputException>(() => RewardStatistics.Of(rewards)).Message, StringComparison.Ordinal);

    [Fact]
    public Task A_trained_model_knows_the_mean_and_deviation_of_its_rewards_and_has_the_weights_of_one_that_does_not() => TinyTraining.Run(tiny =>
    {
        tiny.Train("reward-model", "without");
        tiny.Train("reward-model", "with", change: job => job with { Scale = tiny.ExamplesFile });
        Assert.Equal(tiny.Sha256("without"), tiny.Sha256("with"));
        using var without = ModelFolder.ReadRewardModel(tiny.Out("without"), trainable: false);
        using var with = ModelFolder.ReadRewardModel(tiny.Out("with"), trainable: false);
        Assert.Null(without.Scale);
        Assert.Equal(RewardStatistics.Of(RewardScores.Of(with, tiny.Examples)), with.Scale);

        // The next one goes on from its weights and not with its scale.
        tiny.Train("reward-model", "next", change: job => job with { Start = tiny.Out("with") });
        using var next = ModelFolder.ReadRewardModel(tiny.Out("next"), trainable: false);
        Assert.Null(next.Scale);
    });

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public Task Normalised_rewards_are_those_of_a_model_with_the_other_zero_and_unit(string algorithm) => TinyTraining.Run(tiny =>
    {
        using (var model = tiny.RewardModelWithHead())
        {
            model.Scale = new(0.5, 2);
            ModelFolder.WriteRewardModel(tiny.Rewards, model);
        }

        IReadOnlyList<double> Rewards(bool normalise) =>
            [.. Train(tiny, algorithm, normalise).Where(m => m.Step == 1 && m.Name is "grpo/reward" or "ppo/score").Select(m => m.Value)];
        Assert.Equal((Rewards(false)[0] - 0.5) / 2, Rewards(true)[0], 1e-5);
    });

    [Fact]
    public Task A_reward_model_without_a_scale_is_one_sentence_where_one_is_needed() => TinyTraining.Run(tiny =>
    {
        var told = Assert.Throws<InputException>(() => Train(tiny, "grpo", normalise: true)).Message;
        Assert.Equal(
            $"The reward model {tiny.Rewards} has no stored scale (mean and std in its config.json), which normaliseRewards divides by; train it with rewardModel.storeScale: true.",
            told);
    });

    [Theory]
    [InlineData("\"mean\": 0.5", "0.5 and the std nothing")]
    [InlineData("\"mean\": 0.5, \"std\": 0", "0.5 and the std 0")]
    public Task Half_a_scale_is_none(string written, string told) => TinyTraining.Run(tiny =>
    {
        var file = Path.Combine(tiny.Rewards, "config.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"model_type\"", written + ", \"model_type\"", StringComparison.Ordinal));
        Assert.Contains(told, Assert.Throws<InputException>(() => ModelFolder.ReadRewardModel(tiny.Rewards, trainable: false)).Message, StringComparison.Ordinal);
    });

    private static IReadOnlyList<TrainingMetric> Train(TinyTraining tiny, string algorithm, bool normalise)
    {
        var job = new TrainingJob
        {
            Start = tiny.Start, Data = tiny.PairsFile, Work = tiny.Work($"{algorithm}-{normalise}"), RewardModel = tiny.Rewards, Seed = 5,
        };
        OptimizationRecipe recipe = algorithm == "grpo"
            ? new() { Grpo = new() { Samples = 2, MaxNewTokens = 6, NormaliseRewards = normalise, Batch = 8, WarmupSteps = 0 } }
            : new() { Ppo = new() { MaxNewTokens = 6, NormaliseRewards = normalise, Batch = 8, RolloutEpochs = 1, WarmupSteps = 0 } };
        return Trainer.Online(job, recipe, tiny.Out($"{algorithm}-{normalise}"), (_, _) => { }, CancellationToken.None);
    }
}
