using Rlaif.Learning.Advantages;
using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Trainer = Rlaif.Learning.Training.Training;

namespace Rlaif.Learning.Tests.Training;

public class EnsembleTests
{
    private static readonly string[] Files = ["model.safetensors", "member-2/model.safetensors", "member-3/model.safetensors"];

    [Fact]
    public void The_lower_bound_by_hand()
    {
        // 1, 2, 6: mean 3, squares 4 + 1 + 9 over 2: deviation √7.
        Assert.Equal(3, EnsembleReward.Of([1, 2, 6], pessimism: 0));
        Assert.Equal((float)(3 - (0.5 * Math.Sqrt(7))), EnsembleReward.Of([1, 2, 6], pessimism: 0.5));
        Assert.Equal(1.25f, EnsembleReward.Of([1.25f], pessimism: 3));
    }

    [Fact]
    public Task The_first_member_is_the_model_that_there_is_without_the_others_and_no_two_are_alike() => TinyTraining.Run(tiny =>
    {
        var alone = tiny.Train("reward-model", "alone");
        var metrics = tiny.Train("ensemble", "together");
        Assert.Equal(tiny.Sha256("alone"), tiny.Sha256("together"));
        Assert.Equal(alone, metrics.Take(alone.Count));
        Assert.Equal(3 * alone.Count, metrics.Count);
        Assert.Equal(metrics.Count, metrics.DistinctBy(metric => (metric.Step, metric.Name)).Count());
        Assert.Distinct(Files.Select(file => Convert.ToHexString(File.ReadAllBytes(Path.Combine(tiny.Out("together"), file)))));
    });

    [Fact]
    public Task Killed_after_any_step_of_any_member_it_ends_in_the_same_bytes_and_figures() => TinyTraining.Run(tiny =>
    {
        var steps = 0;
        var metrics = tiny.Train("ensemble", "straight", (_, all) => steps = all);
        Assert.Equal(18, steps);
        for (var kill = 1; kill <= steps; kill += 4)
        {
            var name = $"killed-{kill}";
            Assert.Throws<OperationCanceledException>(() => tiny.Train("ensemble", name, (step, _) => Kill(step == kill)));
            Assert.Equal(metrics, tiny.Train("ensemble", name));
            Assert.All(Files, file => Assert.Equal(
                File.ReadAllBytes(Path.Combine(tiny.Out("straight"), file)), File.ReadAllBytes(Path.Combine(tiny.Out(name), file))));
        }
    });

    [Fact]
    public Task Members_go_on_from_themselves_and_an_ensemble_of_another_size_is_one_sentence() => TinyTraining.Run(tiny =>
    {
        tiny.Train("ensemble", "first");
        tiny.Train("ensemble", "second", change: job => job with { Start = tiny.Out("first") }, learningRate: 1e-9);
        foreach (var (before, after) in ModelFolder.ReadRewardModels(tiny.Out("first")).Zip(ModelFolder.ReadRewardModels(tiny.Out("second"))))
        {
            Assert.Equal(RewardScores.Of(before, tiny.Examples)[0], RewardScores.Of(after, tiny.Examples)[0], 1e-5f);
            before.Dispose();
            after.Dispose();
        }

        Assert.Equal(
            $"The reward model {tiny.Out("first")} has 3 members, the recipe asks for 1; set rewardModel.members to 3 or start from a policy.",
            Assert.Throws<InputException>(() => tiny.Train("reward-model", "third", change: job => job with { Start = tiny.Out("first") })).Message);
    });

    [Fact]
    public Task Rewards_are_the_mean_of_the_members_less_what_they_disagree() => TinyTraining.Run(tiny =>
    {
        tiny.Train("ensemble", "trained", change: job => job with { Scale = tiny.ExamplesFile });
        float[] Of(OnlineRecipe recipe)
        {
            using var judge = RewardJudge.Read(tiny.Out("trained"), recipe);
            return judge.Of(tiny.Examples, CancellationToken.None);
        }

        var members = RewardScores.Of(tiny.Out("trained"), tiny.Examples).Rewards;
        Assert.Equal(3, members.Count);
        Assert.Equal(Expected(members, 0), Of(new GrpoRecipe()));
        Assert.Equal(Expected(members, 1.5), Of(new GrpoRecipe { Pessimism = 1.5 }));
        // Each member in its own unit: z-scores.
        Assert.Equal(Expected([.. members.Select(rewards => rewards.Select(RewardStatistics.Of(rewards).Normalised).ToArray())], 1), Of(new PpoRecipe { Pessimism = 1, NormaliseRewards = true }));
    });

    [Fact]
    public Task Pessimism_without_members_is_one_sentence() => TinyTraining.Run(tiny => Assert.Equal(
        $"The reward model {tiny.Rewards} is a single one, and pessimism subtracts what members disagree; train it with rewardModel.members: 5.",
        Assert.Throws<InputException>(() => RewardJudge.Read(tiny.Rewards, new GrpoRecipe { Pessimism = 1 })).Message));

    [Fact]
    public Task A_training_that_is_judged_by_other_members_is_another_one() => TinyTraining.Run(tiny =>
    {
        tiny.Train("ensemble", "judges");
        var job = new TrainingJob { Start = tiny.Start, Data = tiny.PairsFile, Work = tiny.Work("online"), RewardModel = tiny.Out("judges"), Seed = 5 };
        OptimizationRecipe recipe = new() { Grpo = new() { Samples = 2, MaxNewTokens = 4, Batch = 8, CheckpointSteps = 1, WarmupSteps = 0 } };
        List<int> Steps()
        {
            List<int> steps = [];
            Trainer.Online(job, recipe, tiny.Out("online"), (step, _) => steps.Add(step), CancellationToken.None);
            return steps;
        }

        Assert.NotEmpty(Steps());
        Assert.Empty(Steps());
        Directory.Delete(Path.Combine(tiny.Out("judges"), "member-3"), recursive: true);
        Assert.NotEmpty(Steps());
    });

    private static float[] Expected(IReadOnlyList<float[]> members, double pessimism) =>
        [.. members[0].Select((_, i) => EnsembleReward.Of([.. members.Select(rewards => rewards[i])], pessimism))];

    private static void Kill(bool now)
    {
        if (now)
        {
            throw new OperationCanceledException("killed");
        }
    }
}
