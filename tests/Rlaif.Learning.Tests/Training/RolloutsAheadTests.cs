using Rlaif.Learning.Models;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

/// <summary>Learning from what an older policy sampled.</summary>
public class RolloutsAheadTests
{
    private static readonly int[][] Batches = [[0, 1], [2, 3], [4, 5], [6, 7]];

    [Fact]
    public Task A_batch_is_sampled_by_the_policy_of_so_many_batches_before() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        LanguageModel[] policies = [.. Batches.Select((_, i) => LanguageModel.Create(TinyTraining.Config, seed: (ulong)(30 + i), trainable: false))];
        using var ahead = new RolloutsAhead(Sampled(tiny), Batches, most: 2);
        using var due = Sampled(tiny);
        for (var batch = 0; batch < Batches.Length; batch++)
        {
            var made = ahead.Of(policies[batch], batch, Batches[batch], CancellationToken.None);
            var sampler = Math.Max(0, batch - 2);
            Assert.All(made, rollout => Assert.Equal(batch - sampler, rollout.Staleness));
            Assert.Equal(Texts(due.Of(policies[sampler], batch, Batches[batch], CancellationToken.None)), Texts(made));
        }
    });

    [Fact]
    public Task Gone_back_the_policy_samples_anew_what_waited() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var ran = TinyTraining.OtherPolicy();
        using var good = ModelFolder.ReadModel(tiny.Start, trainable: false);
        using var ahead = new RolloutsAhead(Sampled(tiny), Batches, most: 2);
        using var due = Sampled(tiny);
        ahead.Of(ran, 0, Batches[0], CancellationToken.None);
        ahead.Forget();
        var made = ahead.Of(good, 1, Batches[1], CancellationToken.None);
        Assert.All(made, rollout => Assert.Equal(0, rollout.Staleness));
        Assert.Equal(Texts(due.Of(good, 1, Batches[1], CancellationToken.None)), Texts(made));
    });

    [Fact]
    public Task A_group_of_which_no_source_says_anything_is_not_judged() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        using var rollouts = Sampled(tiny, new([new("silent", 1, new Silent(of: 1))]));
        Assert.Equal([true, false, true], rollouts.Of(policy, 0, [0, 1, 2], CancellationToken.None).Select(rollout => rollout.IsJudged));
    });

    [Fact]
    public Task Who_judges_is_told_when_the_answers_are_there_and_asked_when_they_are_due() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        var judge = new Noted();
        using var ahead = new RolloutsAhead(Sampled(tiny, new([new("noted", 1, judge)])), Batches, most: 1);
        ahead.Of(policy, 0, Batches[0], CancellationToken.None);
        ahead.Of(policy, 1, Batches[1], CancellationToken.None);
        Assert.Equal("told of 0, told of 2, asked for 0, told of 4, asked for 2", string.Join(", ", judge.Calls));
    });

    /// <summary>What was drawn at another temperature is weighed at that temperature.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(0.7)]
    public Task The_weights_of_the_policy_that_sampled_are_1(double temperature) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        using var rollouts = Sampled(tiny, temperature: temperature);
        var made = rollouts.Of(policy, 0, Batches[0], CancellationToken.None).Select(rollout => rollout with { Staleness = 1 }).ToList();
        using var still = no_grad();
        var now = GroupTokens.Of([.. made.Select(rollout => rollout.Group)], batch => ResponseTokens.LogProbs(policy, batch, temperature), CancellationToken.None);
        var weights = StaleWeights.Of("grpo", made, now, new() { Level = "token" });
        Assert.All(weights.Each!.SelectMany(tokens => tokens), weight => Assert.Equal(1, weight, 1e-4f));
        Assert.Equal([1, 1, 1], weights.Figures.Select(figure => Math.Round(figure.Value, 4)));
    });

    /// <summary>w = 4, 1 and 1/2, most 3: masked 0, 1, 1/2; (Σ w)² / (n Σ w²) = 2.25 / (3 · 1.25). Truncated 3, 1, 1/2: 20.25 / (3 · 10.25).</summary>
    [Theory]
    [InlineData("mask", new[] { 0f, 1f, 0.5f }, 0.6)]
    [InlineData("truncate", new[] { 3f, 1f, 0.5f }, 0.6585)]
    public Task A_response_that_has_become_too_likely_is_left_out_or_held(string limit, float[] expected, double effective) => TinyTraining.Run(_ =>
    {
        float[] now = [-1, -1, -1], then = [-1 - MathF.Log(4), -1, -1 + MathF.Log(2)];
        Rollout[] made = [new(new([5], [[6], [7], [8]]), [true, true, true], [1, 2, 3]) { Staleness = 2, Behaviour = [.. then.Select(log => new[] { log })] }];
        var (weights, figures) = StaleWeights.Of("grpo", made, [.. now.Select(log => new[] { log })], new() { Limit = limit });
        Assert.Equal(expected, weights!.Select(weight => MathF.Round(weight[0], 5)));
        Assert.Equal([("grpo/staleness_batches", 2), ("grpo/importance_weight_mean", 1.8333), ("grpo/importance_effective_samples", effective)], figures.Select(f => (f.Name, Math.Round(f.Value, 4))));
    });

    [Theory]
    [InlineData("grpo")]
    [InlineData("rloo")]
    [InlineData("reinforce-plus-plus")]
    public Task A_response_counts_by_its_weight(string name) => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        var algorithm = name == "grpo" ? new GrpoAlgorithm(new() { Beta = 0 }) : TinyTraining.Online(name);
        var (logProbs, mask) = (tensor(new[,] { { -1f, -2f, -0.5f }, { -0.3f, -1.5f, 0 } }), tensor(new[,] { { true, true, true }, { true, true, false } }));
        var worth = tensor(new[] { 0.8f, -0.4f });
        worth = algorithm.WeighsTokens ? worth.unsqueeze(-1).expand(2, 3) : worth;
        var weights = tensor(new[] { 0.5f, 2f }).unsqueeze(-1);
        float Loss(Tensor advantages, Tensor? weighed) =>
            algorithm.Loss(new(logProbs, logProbs - 0.1, advantages, mask) { Weights = weighed }, new(2, 5, 2, 3)).Loss.item<float>();
        Assert.Equal(Loss(worth * (algorithm.WeighsTokens ? weights : weights.squeeze(-1)), null), Loss(worth, weights), 1e-6f);
        Assert.NotEqual(Loss(worth, null), Loss(worth, weights), 1e-3f);
    });

    /// <summary>V-trace on a response of one token: its return is V + ρ (r - V), ρ = min(1, π / μ), so half as likely now it teaches the critic half as much.</summary>
    [Fact]
    public Task What_has_become_less_likely_moves_the_critic_less() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = tiny.Policy(null);
        ResponseGroup group = new([5, 6], [[7]]);
        using var still = no_grad();
        var now = ResponseTokens.LogProbs(policy, GroupBatch.ForLogProbs([group]), temperature: 1).item<float>();
        double ValueLoss(int staleness, double ratio)
        {
            var rollout = new Rollout(group, [true], [3]) { Staleness = staleness, Behaviour = [[now - (float)Math.Log(ratio)]] };
            using var objective = new PpoObjective(
                tiny.Policy(null), tiny.Policy(null), tiny.RewardModelWithHead(), [2], new GivenRollouts(rollout), new([[0]], [(0, [0])]), new() { MaxStaleness = 1, ValueClip = 100 });
            objective.Begin(0, [0], CancellationToken.None);
            return objective.Part([0], objective.Window([0])).Metrics[1];
        }

        Assert.Equal(ValueLoss(0, 1) / 4, ValueLoss(1, 0.5), 1e-5);
        Assert.Equal(ValueLoss(0, 1), ValueLoss(1, 5), 1e-5);
    });

    /// <summary>Through the same queue, and nothing else changes.</summary>
    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public Task Ahead_by_nothing_the_bytes_are_those_of_sampling_when_it_is_due(string algorithm) => TinyTraining.Run(tiny =>
    {
        var (direct, queued) = (Weights(tiny, algorithm, isQueued: false), Weights(tiny, algorithm, isQueued: true));
        Assert.Equal(direct, queued);
    });

    [Theory]
    [InlineData("grpo")]
    [InlineData("rloo")]
    [InlineData("reinforce-plus-plus")]
    [InlineData("best-of-n")]
    [InlineData("online-dpo")]
    [InlineData("ppo")]
    public Task Killed_with_answers_that_wait_it_ends_in_the_same_bytes(string algorithm) => TinyTraining.Run(tiny =>
    {
        IReadOnlyList<TrainingMetric> Train(string name, int kill = 0) => tiny.Train(
            algorithm, name, (step, _) => _ = step == kill ? throw new OperationCanceledException() : 0, checkpointSteps: 1, epochs: 4, staleness: 2, iterations: algorithm == "ppo" ? null : 1);
        var metrics = Train("straight");
        var ages = metrics.Where(metric => metric.Name.EndsWith("/staleness_batches", StringComparison.Ordinal)).Select(metric => metric.Value).Distinct();
        Assert.Equal([0, 1, 2], ages);
        for (var kill = 1; kill < metrics[^1].Step; kill += 3)
        {
            Assert.Throws<OperationCanceledException>(() => Train($"killed-{kill}", kill));
            Assert.Equal(metrics, Train($"killed-{kill}"));
            Assert.Equal(tiny.Sha256("straight"), tiny.Sha256($"killed-{kill}"));
        }
    });

    private static string Weights(TinyTraining tiny, string algorithm, bool isQueued)
    {
        using var scope = NewDisposeScope();
        var recipe = TinyTraining.Ppo with { Batch = 8, Epochs = 1, LearningRate = 5e-3, WarmupSteps = 0 };
        var groups = new GrpoAlgorithm(new() { Samples = 3, MaxNewTokens = 12, Batch = 8, LearningRate = 5e-3, WarmupSteps = 0 });
        int[] lengths = [.. tiny.Examples.Select(e => e.Prompt.Length)];
        var plan = RolloutPlan.Of(recipe, lengths, seed: 7);
        IRollouts Rollouts(OnlineRecipe of, int samples, IReadOnlyList<int[]> batches) =>
            isQueued ? new RolloutsAhead(tiny.Sampled(of, samples), batches, most: 0) : tiny.Sampled(of, samples);
        var steps = algorithm == "ppo" ? plan.Training(recipe) : TrainingPlan.Of(groups.Recipe, lengths, seed: 7);
        using IObjective objective = algorithm == "ppo"
            ? new PpoObjective(tiny.Policy(null), TinyTraining.OtherPolicy(), tiny.RewardModelWithHead(), lengths, Rollouts(recipe, 1, plan.Rollouts), plan, recipe)
            : new GroupObjective(tiny.Policy(null), TinyTraining.OtherPolicy(), lengths, Rollouts(groups.Recipe, 3, steps.Batches), groups);
        TrainingLoop.Run(objective, steps, null, (_, _) => { }, CancellationToken.None);
        return string.Join(' ', objective.Weights.SelectMany(w => w.Value.detach().cpu().data<float>().ToArray()).Select(BitConverter.SingleToUInt32Bits));
    }

    private static SampledRollouts Sampled(TinyTraining tiny, RewardMix? mix = null, double temperature = 1) => new(
        [.. tiny.Examples.Select(e => e.Prompt)], mix ?? tiny.Mix, new GrpoRecipe { Samples = 3, MaxNewTokens = 12, Temperature = temperature }, samples: 3, TinyTraining.Config.EosTokenIds, seed: 3);

    private static IEnumerable<string> Texts(IReadOnlyList<Rollout> made) => made.SelectMany(rollout => rollout.Group.Responses).Select(response => string.Join(' ', response));

    private sealed class Silent(int of) : IResponseReward
    {
        public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel) => [.. answers.Select(answer => answer.Prompt == of ? float.NaN : 1)];
    }

    private sealed class Noted : IResponseReward
    {
        public List<string> Calls { get; } = [];

        public void Announce(IReadOnlyList<SampledAnswer> answers) => Calls.Add($"told of {answers[0].Prompt}");

        public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel)
        {
            Calls.Add($"asked for {answers[0].Prompt}");
            return [.. answers.Select(_ => 0f)];
        }
    }
}
