using Rlaif.Learning.Rewards;
using Rlaif.Learning.Tests.Training;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;
using Trainer = Rlaif.Learning.Training.Training;

namespace Rlaif.Learning.Tests.Rewards;

public class OnlineRewardsTests
{
    [Fact]
    public Task The_reward_model_alone_by_its_name_is_what_no_name_is() => TinyTraining.Run(tiny =>
    {
        var plain = Train(tiny, "plain", new());
        var named = Train(tiny, "named", new() { Rewards = new() { RewardModel = 1 } });
        Assert.Equal(tiny.Sha256("plain"), tiny.Sha256("named"));
        Assert.Equal(plain, named.Where(metric => !metric.Name.StartsWith("reward/", StringComparison.Ordinal)));
        double[] Values(string name) => [.. named.Where(metric => metric.Name == name).Select(metric => metric.Value)];
        Assert.NotEmpty(Values("grpo/reward"));
        Assert.All(Values("grpo/reward").Zip(Values("reward/reward_model_mean")), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    });

    [Theory]
    [InlineData("grpo")]
    [InlineData("rloo")]
    [InlineData("ppo")]
    public Task Rules_need_no_reward_model(string algorithm) => TinyTraining.Run(tiny =>
    {
        var rewards = new RewardsRecipe { Rules = 1, Length = 0.1, LongestTokens = 4 };
        OptimizationRecipe recipe = algorithm switch
        {
            "grpo" => new() { Grpo = new() { Rewards = rewards, Samples = 3, MaxNewTokens = 8, Batch = 11 } },
            "rloo" => new() { Rloo = new() { Rewards = rewards, Samples = 3, MaxNewTokens = 8, Batch = 11 } },
            _ => new() { Ppo = new() { Rewards = rewards, MaxNewTokens = 8, Batch = 11 } },
        };
        var metrics = Trainer.Online(Job(tiny, "rules") with { RewardModel = null, Rules = new LikesOneToken() }, recipe, tiny.Out("rules"), (_, _) => { }, CancellationToken.None);
        foreach (var name in new[] { "reward/rules_mean", "reward/rules_deviation", "reward/length_mean", "reward/length_deviation" })
        {
            Assert.Contains(metrics, metric => metric.Name == name && double.IsFinite(metric.Value));
        }

        Assert.True(File.Exists(Path.Combine(tiny.Out("rules"), "model.safetensors")));
    });

    [Fact]
    public Task A_policy_comes_to_say_what_the_rules_like() => TinyTraining.Run(tiny =>
    {
        var recipe = new GrpoRecipe { Rewards = new() { Rules = 1 }, MaxNewTokens = 6, Batch = 8, Epochs = 8, LearningRate = 1e-2, WarmupSteps = 0 };
        var metrics = Trainer.Online(Job(tiny, "liked") with { RewardModel = null, Rules = new LikesOneToken() }, new() { Grpo = recipe }, tiny.Out("liked"), (_, _) => { }, CancellationToken.None);
        var rewards = metrics.Where(metric => metric.Name == "reward/rules_mean").Select(metric => metric.Value).ToList();
        Assert.True(rewards.TakeLast(3).Average() > 0.4 && rewards[0] < 0.1, $"rewards went {string.Join(' ', rewards.Select(reward => $"{reward:0.00}"))}");
    });

    // One source's numbers are a hundred times the other's: added up first, it decides alone.
    [Theory]
    [InlineData("group", new[] { -0.7071f, 0.7071f, 0.7071f, -0.7071f })]
    [InlineData("each", new[] { 0, 0, 1.2246f, -1.2246f })]
    public Task A_source_of_large_numbers_decides_alone_unless_each_is_scaled_by_itself(string scale, float[] expected) => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        var algorithm = new GrpoAlgorithm(new() { Scale = scale, Samples = 2 });
        var worth = algorithm.Worth(new(tensor(new[] { 1f, 100, 101, 0 }), [1, 1, 1, 1], null, null)
        {
            Sources = new(tensor(new double[] { 1, 0, 0, 100, 1, 100, 0, 0 }, 4, 2), tensor(new double[] { 1, 1 })),
        });
        Assert.All(worth.Zip(expected), pair => Assert.Equal(pair.Second, Assert.Single(pair.First), 2e-4f));
    });

    // The mean of eight times 0.7f in f32 is not 0.7f, and scaled over the batch that rounding would be an advantage above 1.
    [Fact]
    public Task Groups_that_agree_teach_nothing_whatever_they_agree_on() => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        var agreed = new[] { 0.7f, 1f, 0.1f, 0f };
        List<Rollout> made = [.. agreed.Select(reward => Judged(new RewardPart("rules", 2, Same(reward)), new RewardPart("answer", 1, Same(1 - reward))))];
        var worth = new GrpoAlgorithm(new() { Scale = "each", Samples = 8 }).Worth(new(tensor(new float[32]), [], null, null) { Sources = RewardSources.Of(made) });
        Assert.All(worth, one => Assert.Equal(0, Assert.Single(one)));
        float[] Same(float reward) => [.. Enumerable.Repeat(reward, 8)];
    });

    // By hand: rules say 0.5 less than its mean, 0.5 more: scaled a, b and -a, -b times 2; of the second group rules say nothing, and of its last response nobody does.
    [Fact]
    public Task Each_source_counts_by_its_weight_where_it_said_something() => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        const float none = float.NaN;
        List<Rollout> made =
        [
            Judged(new RewardPart("rules", 2, [0, 1, none]), new RewardPart("answer", 0.5, [1, 0, 0])),
            Judged(new RewardPart("rules", 2, [none, none, none]), new RewardPart("answer", 0.5, [1, 0, none])),
        ];
        var worth = new GrpoAlgorithm(new() { Scale = "each", Samples = 3 }).Worth(new(tensor(new float[6]), [], null, null) { Sources = RewardSources.Of(made) });
        var (half, third, whole) = (0.5 / (Math.Sqrt(0.5) + 1e-4), 1 / 3.0 / (Math.Sqrt(1 / 3.0) + 1e-4), 2 / 3.0 / (Math.Sqrt(1 / 3.0) + 1e-4));
        double[] sums = [(-2 * half) + (0.5 * whole), (2 * half) - (0.5 * third), -0.5 * third, 0.5 * half, -0.5 * half];
        var mean = sums.Average();
        var deviation = Math.Sqrt(sums.Sum(sum => (sum - mean) * (sum - mean)) / 4);
        Assert.All(worth.Zip([.. sums.Select(sum => (sum - mean) / (deviation + 1e-4)), 0]), pair => Assert.Equal(pair.Second, Assert.Single(pair.First), 1e-6));
    });

    [Fact]
    public Task Sources_that_are_scaled_apart_train_another_policy_and_the_same_one_each_time() => TinyTraining.Run(tiny =>
    {
        IReadOnlyList<TrainingMetric> Of(string name, string scale, double length) => Trainer.Online(
            Job(tiny, name) with { RewardModel = null, Rules = new LikesOneToken() },
            new() { Grpo = new() { Scale = scale, Rewards = new() { Rules = 1, Length = length, LongestTokens = 4 }, Samples = 3, MaxNewTokens = 8, Batch = 11, LearningRate = 5e-3, WarmupSteps = 0 } },
            tiny.Out(name), (_, _) => { }, CancellationToken.None);
        Of("each", "each", 1);
        Of("again", "each", 1);
        Of("group", "group", 1);
        Assert.Equal(tiny.Sha256("each"), tiny.Sha256("again"));
        Assert.NotEqual(tiny.Sha256("each"), tiny.Sha256("group"));
    });

    [Theory]
    [InlineData("rewardModel", "grpo was asked for without a reward model, which judges its samples; name one, or rewards that need none.")]
    [InlineData("rules", "grpo was asked for with rewards by rules, and there are no rules; give the constitution machine checks.")]
    [InlineData("answer", "grpo was asked for with rewards of right answers, and no prompt has one; give prompts an expect.answer.")]
    [InlineData("judge", "grpo was asked for with rewards by a judge, and there is none to ask; leave rewards.judge out.")]
    [InlineData("alarm", "grpo was asked for with an alarm, and nothing that reads what it samples; leave alarm out.")]
    public Task What_a_recipe_names_and_a_job_lacks_is_one_sentence(string named, string told) => TinyTraining.Run(tiny =>
    {
        GrpoRecipe recipe = named switch
        {
            "rules" => new() { Rewards = new() { Rules = 1 } },
            "answer" => new() { Rewards = new() { Answer = 1 } },
            "judge" => new() { Rewards = new() { Judge = 1 } },
            "alarm" => new() { Alarm = new() },
            _ => new(),
        };
        var job = Job(tiny, "none");
        job = named == "rewardModel" ? job with { RewardModel = null } : job;
        Assert.Equal(told, Assert.Throws<InputException>(() => Trainer.Online(job, new() { Grpo = recipe }, tiny.Out("none"), (_, _) => { }, CancellationToken.None)).Message);
    });

    private static Rollout Judged(params RewardPart[] parts) => new(new([5], [.. parts[0].Scores.Select(_ => new[] { 7 })]), [], []) { Parts = parts };

    private static TrainingJob Job(TinyTraining tiny, string name) => new() { Start = tiny.Start, Data = tiny.PairsFile, Work = tiny.Work(name), Seed = 5, RewardModel = tiny.Rewards };

    private static IReadOnlyList<TrainingMetric> Train(TinyTraining tiny, string name, GrpoRecipe recipe) => Trainer.Online(
        Job(tiny, name), new() { Grpo = recipe with { Samples = 3, MaxNewTokens = 8, Batch = 11, LearningRate = 5e-3, WarmupSteps = 0, MissingEndPenalty = 0 } },
        tiny.Out(name), (_, _) => { }, CancellationToken.None);

    /// <summary>The share of one token in a response is its score.</summary>
    private sealed class LikesOneToken : IResponseReward
    {
        public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel) =>
            [.. answers.Select(answer => (float)answer.Tokens.Count(id => id == 7) / answer.Tokens.Length)];
    }
}
