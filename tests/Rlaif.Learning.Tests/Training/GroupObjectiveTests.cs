using Rlaif.Learning.Models;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

public class GroupObjectiveTests
{
    private const int Liked = 7;

    [Fact]
    public Task Every_response_of_a_group_is_scored_as_if_it_stood_alone() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        ResponseGroup[] groups = [.. tiny.Pairs.Zip(tiny.Examples, (p, e) => new ResponseGroup(p.Prompt, [p.Chosen, p.Rejected, e.Response]))];
        var together = ResponseTokens.LogProbs(policy, GroupBatch.ForLogProbs(groups), temperature: 1).cpu().data<float>().ToArray();
        var alone = SequenceLogProbs.Of(policy, [.. Enumerable.Range(0, 3).SelectMany(k => groups.Select(g => new TrainingExample(g.Prompt, g.Responses[k])))]);
        Assert.Equal(alone.Sum(tokens => tokens.Length), together.Length);
        Assert.All(alone.SelectMany(tokens => tokens).Zip(together), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    });

    [Theory]
    [InlineData("grpo")]
    [InlineData("rloo")]
    [InlineData("reinforce-plus-plus")]
    [InlineData("best-of-n")]
    [InlineData("online-dpo")]
    public Task A_policy_comes_to_say_what_is_rewarded(string algorithm) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        T Settings<T>(T recipe, int samples)
            where T : GroupRecipe => recipe with { Samples = samples, MaxNewTokens = 6, Batch = 8, Epochs = 8, LearningRate = 1e-2, WarmupSteps = 0 };
        var learning = GroupAlgorithm.Of(algorithm switch
        {
            "grpo" => new() { Grpo = Settings(new GrpoRecipe(), 8) },
            "rloo" => new() { Rloo = Settings(new RlooRecipe(), 8) },
            "reinforce-plus-plus" => new() { ReinforcePlusPlus = Settings(new ReinforcePlusPlusRecipe(), 8) },
            "best-of-n" => new() { BestOfN = Settings(new BestOfNRecipe(), 8) },
            _ => new() { OnlineDpo = Settings(new OnlineDpoRecipe { Label = "hard" }, 8) },
        });
        int[][] prompts = [.. tiny.Examples.Select(e => e.Prompt)];
        using var objective = new GroupObjective(
            ModelFolder.ReadModel(tiny.Start, trainable: true), ModelFolder.ReadModel(tiny.Start, trainable: false), [.. prompts.Select(p => p.Length)],
            new LikesOneToken(prompts, learning.Recipe, learning.Recipe.Samples), learning);
        var metrics = TrainingLoop.Run(objective, TrainingPlan.Of(learning.Recipe, objective.Lengths, seed: 1), null, (_, _) => { }, CancellationToken.None);
        var rewards = metrics.Where(m => m.Name == $"{learning.Name}/reward").Select(m => m.Value).ToList();
        Assert.True(rewards.TakeLast(3).Average() > 0.4 && rewards[0] < 0.1, $"rewards went {string.Join(' ', rewards.Select(r => $"{r:0.00}"))}");
    });

    [Theory]
    [InlineData(2f, 0)]
    [InlineData(0.5f, 1)]
    public Task A_group_of_equal_rewards_teaches_nothing(float other, int learns) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        var rewards = new[] { 2f, other };
        using var objective = new GroupObjective(
            ModelFolder.ReadModel(tiny.Start, trainable: true), ModelFolder.ReadModel(tiny.Start, trainable: false), [2], new GivenRollouts(new Rollout(new([5, 6], [[7, 8], [9, 4]]), [true, true], rewards)),
            GroupAlgorithm.Of(new() { Grpo = new() { Samples = 2 } }));
        objective.Begin(0, [0], CancellationToken.None);
        var (loss, _) = objective.Part([0], objective.Window([0]));
        loss.backward();
        // What is left is the rounding of the attention kernels between policy and reference.
        Assert.Equal(learns, objective.Weights.Sum(w => w.Value.grad!.norm().item<float>()) > 1e-4 ? 1 : 0);
    });

    [Fact]
    public Task Unfinished_responses_lose_the_penalty_and_no_other_does() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        IReadOnlyList<Rollout> Of(double penalty)
        {
            using var rollouts = new SampledRollouts(
                [.. tiny.Examples.Select(e => e.Prompt)], tiny.Mix, new GrpoRecipe { Samples = 4, MaxNewTokens = 30, MissingEndPenalty = penalty }, samples: 4,
                TinyTraining.Config.EosTokenIds, seed: 3);
            return rollouts.Of(policy, 0, [.. Enumerable.Range(0, tiny.Examples.Count)], CancellationToken.None);
        }

        var (free, fined) = (Of(0), Of(2));
        Assert.Contains(free.SelectMany(r => r.Ended), ended => ended);
        Assert.Contains(free.SelectMany(r => r.Ended), ended => !ended);
        Assert.All(free.Zip(fined), pair => Assert.All(
            pair.First.Rewards.Zip(pair.Second.Rewards, pair.First.Ended), one => Assert.Equal(one.First - (one.Third ? 0 : 2), one.Second, 1e-5f)));
    });

    [Fact]
    public Task Another_batch_another_seed_and_another_place_have_other_samples() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        string Of(ulong seed, int batch)
        {
            using var rollouts = new SampledRollouts([[5, 6], [5, 6]], tiny.Mix, new GrpoRecipe { Samples = 2, MaxNewTokens = 20 }, samples: 2, [], seed);
            var groups = rollouts.Of(policy, batch, [0, 1], CancellationToken.None).Select(r => r.Group).ToList();
            Assert.Equal(4, groups.SelectMany(g => g.Responses).Select(r => string.Join(' ', r)).Distinct().Count());
            return string.Join(' ', groups[0].Responses[0]);
        }

        Assert.Equal(Of(1, 0), Of(1, 0));
        Assert.Distinct([Of(1, 0), Of(1, 1), Of(2, 0)]);
    });

    [Fact]
    public Task A_policy_with_a_critic_comes_to_say_what_is_rewarded() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        var recipe = new PpoRecipe { MaxNewTokens = 6, Batch = 88, Epochs = 24, LearningRate = 1e-2, WarmupSteps = 0, RolloutEpochs = 2, Minibatches = 2, ValueLearningRate = 1e-2, ValueWarmup = 2, Beta = 0.01 };
        int[][] prompts = [.. Enumerable.Repeat(tiny.Examples.Select(e => e.Prompt), 4).SelectMany(all => all)];
        IReadOnlyList<int> lengths = [.. prompts.Select(p => p.Length)];
        var plan = RolloutPlan.Of(recipe, lengths, seed: 1);
        using var objective = new PpoObjective(
            ModelFolder.ReadModel(tiny.Start, trainable: true), ModelFolder.ReadModel(tiny.Start, trainable: false), tiny.RewardModelWithHead(), lengths,
            new LikesOneToken(prompts, recipe, samples: 1), plan, recipe);
        var before = objective.Parts[0].Weights.Select(w => w.Value.detach().clone()).ToList();
        var metrics = TrainingLoop.Run(objective, plan.Training(recipe), null, (step, _) => Assert.Equal(step <= 8, Same()), CancellationToken.None);
        bool Same() => objective.Parts[0].Weights.Zip(before).All(pair => pair.First.Value.equal(pair.Second).all().item<bool>());
        var rewards = metrics.Where(m => m.Name == "ppo/score").Select(m => m.Value).ToList();
        Assert.True(rewards.TakeLast(3).Average() > 0.4 && rewards[0] < 0.1, $"scores went {string.Join(' ', rewards.Select(r => $"{r:0.00}"))}");
    });

    [Fact]
    public Task A_reward_model_of_another_vocabulary_is_refused() => TinyTraining.Run(tiny =>
    {
        using (var other = RewardModel.On(LanguageModel.Create(TinyTraining.Config with { Vocabulary = 40 }, seed: 1, trainable: false)))
        {
            ModelFolder.WriteRewardModel(tiny.Rewards, other);
        }

        var error = Assert.Throws<InputException>(() => tiny.Train("grpo", "other"));
        Assert.Contains("has 40 token ids", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<InputException>(() => tiny.Train("grpo", "none", change: job => job with { RewardModel = null }));
        Assert.Contains("without a reward model", error.Message, StringComparison.Ordinal);
    });

    /// <summary>The share of one token in a response is its reward.</summary>
    private sealed class LikesOneToken(int[][] prompts, OnlineRecipe recipe, int samples) : TestRollouts
    {
        public override IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> window, CancellationToken cancel)
        {
            var sampled = Sampler.Sample(policy, [.. window.SelectMany((prompt, place) => Enumerable.Range(0, samples).Select(k =>
                new SamplingRequest(prompts[prompt], 1, 1, recipe.MaxNewTokens, (ulong)batch, (ulong)((place * samples) + k), [])))], cancel: cancel);
            int[][] responses = [.. sampled.Select(response => response.Tokens.Select(token => token.Id).ToArray())];
            return [.. window.Select((prompt, place) =>
            {
                var mine = responses[(place * samples)..((place + 1) * samples)];
                return new Rollout(new(prompts[prompt], mine), [.. mine.Select(_ => true)], [.. mine.Select(r => (float)r.Count(id => id == Liked) / r.Length)]);
            })];
        }
    }
}
