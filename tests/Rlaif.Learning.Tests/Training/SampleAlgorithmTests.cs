using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;
using Trainer = Rlaif.Learning.Training.Training;

namespace Rlaif.Learning.Tests.Training;

/// <summary>Algorithms on the policy's own samples, beside those that get the same data from elsewhere.</summary>
public class SampleAlgorithmTests
{
    private static readonly float[] Rewards = [0.3f, 2, -1];

    [Theory]
    [InlineData("soft")]
    [InlineData("hard")]
    public Task Online_dpo_is_dpo_on_the_best_and_the_worst_of_its_samples(string label) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        var made = Rollouts(tiny);
        using var online = Objective(tiny, made, new OnlineDpoAlgorithm(new() { Samples = 3, Label = label, Beta = 0.2, Temperature = 0.7 }));
        var (loss, figures, gradient) = Step(online);

        // Rewards 2 and -1: p = σ(3).
        var p = label == "soft" ? 1 / (1 + Math.Exp(-3)) : 1;
        TrainingPair[] pairs = [.. made.Select(rollout => new TrainingPair(rollout.Group.Prompt, rollout.Group.Responses[1], rollout.Group.Responses[2], p))];
        var before = ReferenceLogProbs.Of(() => ModelFolder.ReadModel(tiny.OtherFolder(), trainable: false), pairs, tiny.Work("reference"), "test", CancellationToken.None);
        using var offline = new DpoObjective(ModelFolder.ReadModel(tiny.Start, trainable: true), pairs, before, new(null, beta: 0.2));
        var (expectedLoss, expected, expectedGradient) = Step(offline);
        Assert.Equal(expectedLoss, loss, 1e-5);
        Near(expectedGradient, gradient);
        double Of(IObjective of, double[] values, string name) => values[of.Metrics.Index().First(metric => metric.Item == name).Index];
        Assert.Equal(Of(offline, expected, "dpo/accuracy"), Of(online, figures, "online_dpo/accuracy"), 1e-6);
        Assert.Equal(Of(offline, expected, "dpo/margin"), Of(online, figures, "online_dpo/margin"), 1e-4);
    });

    [Fact]
    public Task The_distance_of_online_dpo_is_that_of_all_samples_as_they_were_sampled() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        var made = Rollouts(tiny);
        using var online = Objective(tiny, made, new OnlineDpoAlgorithm(new() { Samples = 3, Temperature = 0.7, Guards = new() { MaxKl = 1e4 } }));
        var figures = online.Begin(0, [.. Enumerable.Range(0, made.Count)], CancellationToken.None);

        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        using var reference = ModelFolder.ReadModel(tiny.OtherFolder(), trainable: false);
        double Sum(LanguageModel model, Rollout rollout) => ResponseTokens.LogProbs(model, GroupBatch.ForLogProbs([rollout.Group]), temperature: 0.7).sum().item<float>();
        var expected = made.Average(rollout => (Sum(policy, rollout) - Sum(reference, rollout)) / 3);
        Assert.Equal(expected, figures.Single(figure => figure.Name == "online_dpo/kl_k1_nats_per_sequence").Value, 1e-4);
    });

    [Fact]
    public Task Best_of_n_is_sft_on_the_best_of_its_samples() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        var made = Rollouts(tiny);
        using var online = Objective(tiny, made, new BestOfNAlgorithm(new() { Samples = 3, Temperature = 0.7 }));
        var (loss, _, gradient) = Step(online);
        using var supervised = new SftObjective(
            ModelFolder.ReadModel(tiny.Start, trainable: true), [.. made.Select(rollout => TokenSequence.Of(rollout.Group.Prompt, rollout.Group.Responses[1]))]);
        var (expectedLoss, _, expected) = Step(supervised);
        Assert.Equal(expectedLoss, loss, 1e-5);
        Near(expected, gradient);
    });

    [Fact]
    public Task Reinforce_plus_plus_without_a_penalty_is_reinforce_on_normalised_rewards() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        var made = Rollouts(tiny);
        using var online = Objective(tiny, made, new ReinforceAlgorithm(new() { Samples = 3, Beta = 0 }));
        var (_, _, gradient) = Step(online);

        // Each token has the reward of its response, so mean and variance weigh responses by their tokens.
        var tokens = made.SelectMany(rollout => rollout.Group.Responses.Zip(rollout.Rewards, (response, reward) => (Tokens: response.Length, Reward: (double)reward))).ToList();
        double count = tokens.Sum(one => one.Tokens), mean = tokens.Sum(one => one.Tokens * one.Reward) / count;
        var deviation = Math.Sqrt(tokens.Sum(one => one.Tokens * Math.Pow(one.Reward - mean, 2)) / count);
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: true);
        foreach (var rollout in made)
        {
            for (var k = 0; k < 3; k++)
            {
                var batch = TokenBatch.Of([TokenSequence.Of(rollout.Group.Prompt, rollout.Group.Responses[k])]);
                (batch.Asked.LogProbs(policy, batch.Hidden(policy)).sum() * -((rollout.Rewards[k] - mean) / deviation / count)).backward();
            }
        }

        Near(Flat(policy.Weights), gradient);
    });

    /// <summary>Neither a label of one half nor the first of equals.</summary>
    [Theory]
    [InlineData("online-dpo")]
    [InlineData("best-of-n")]
    public Task Where_nobody_judged_nothing_is_learnt(string name) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        var judged = Rollouts(tiny);
        List<Rollout> all = [judged[0] with { IsJudged = false, Rewards = [1, 1, 1] }, .. judged[1..]];
        GroupAlgorithm algorithm = name == "best-of-n" ? new BestOfNAlgorithm(new() { Samples = 3 }) : new OnlineDpoAlgorithm(new() { Samples = 3, Beta = 0.2 });
        using var some = Objective(tiny, judged[1..], algorithm);
        using var whole = Objective(tiny, all, algorithm);
        var (expectedLoss, expected, expectedGradient) = Step(some);
        var (loss, figures, gradient) = Step(whole);
        Assert.Equal(expectedLoss, loss, 1e-5);
        Assert.All(expected.Zip(figures), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Near(expectedGradient, gradient);

        using var none = Objective(tiny, [.. judged.Select(rollout => rollout with { IsJudged = false })], algorithm);
        Assert.Equal(0, Step(none).Gradient.norm().item<float>());
    });

    [Theory]
    [InlineData(new[] { 1f, 1, 1 }, 0, 2)]
    [InlineData(new[] { 1f, 3, 3 }, 1, 0)]
    [InlineData(new[] { 2f, 0, 0 }, 0, 2)]
    public void A_pair_is_two_responses_whatever_the_rewards(float[] rewards, int best, int worst)
    {
        Assert.Equal([best, worst], new OnlineDpoAlgorithm(new()).Learnt(rewards));
        Assert.Equal([best], new BestOfNAlgorithm(new()).Learnt(rewards));
    }

    // Who comes first is not better: TRL takes the first of equals.
    [Theory]
    [InlineData("soft", new[] { 0.5f, 0.5f, 0.880797f, 0.119203f })]
    [InlineData("hard", new[] { 0.5f, 0.5f, 1, 0 })]
    public Task A_tie_is_one_half(string label, float[] expected) => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        var worth = new OnlineDpoAlgorithm(new() { Label = label }).Worth(new(tensor(new[] { 3f, 3, 1, -1 }), [1, 1, 1, 1], null, null));     // σ(2) = 0.880797
        Assert.All(worth.Zip(expected), pair => Assert.Equal(pair.Second, Assert.Single(pair.First), 1e-6f));
    });

    [Fact]
    public Task A_kept_critic_goes_on_where_it_ended() => TinyTraining.Run(tiny =>
    {
        IReadOnlyList<TrainingMetric> Train(string name, string? critic, double rate) => Trainer.Online(
            new() { Start = tiny.Start, Data = tiny.PairsFile, Work = tiny.Work(name), Seed = 5, RewardModel = tiny.Rewards, Critic = critic },
            new() { Ppo = new() { KeepCritic = true, MaxNewTokens = 8, Batch = 11, Epochs = 1, LearningRate = rate, WarmupSteps = 0 } }, tiny.Out(name), (_, _) => { }, CancellationToken.None);
        Train("first", null, 5e-3);
        var kept = Path.Combine(tiny.Out("first"), Trainer.CriticFolder);
        Train("second", kept, 1e-9);
        using var scope = NewDisposeScope();
        Tensor Of(string folder)
        {
            using var model = ModelFolder.ReadRewardModel(folder, trainable: false);
            return cat([.. model.Weights.Select(weight => weight.Value.flatten())]).clone();
        }

        double Far(string from) => (Of(Path.Combine(tiny.Out("second"), Trainer.CriticFolder)) - Of(from)).norm().item<float>();
        Assert.InRange(Far(kept), 0, 1e-4);
        Assert.True(Far(tiny.Rewards) > 0.01, "the second critic began as the reward model");
        Assert.Throws<InputException>(() => Train("none", tiny.Work("nowhere"), 1e-9));
    });

    private static List<Rollout> Rollouts(TinyTraining tiny) =>
        [.. tiny.Pairs.Zip(tiny.Examples, (pair, example) => new Rollout(new(pair.Prompt, [example.Response, pair.Chosen, pair.Rejected]), [false, true, true], Rewards))];

    private static GroupObjective Objective(TinyTraining tiny, List<Rollout> made, GroupAlgorithm algorithm) => new(
        ModelFolder.ReadModel(tiny.Start, trainable: true), algorithm.NeedsReference ? ModelFolder.ReadModel(tiny.OtherFolder(), trainable: false) : null,
        [.. made.Select(rollout => rollout.Group.Prompt.Length)], new GivenRollouts(made), algorithm);

    private static (double Loss, double[] Figures, Tensor Gradient) Step(IObjective objective)
    {
        var all = Enumerable.Range(0, objective.Lengths.Count).ToArray();
        objective.Begin(0, all, CancellationToken.None);
        var (loss, figures) = objective.Part(all, objective.Window(all));
        loss.backward();
        return (loss.item<float>(), figures, Flat(objective.Weights));
    }

    private static Tensor Flat(IReadOnlyList<NamedWeight> weights) => cat([.. weights.Select(weight => weight.Value.grad!.clone().flatten())]);

    private static void Near(Tensor expected, Tensor actual)
    {
        var size = expected.norm().item<float>();
        Assert.True(size > 1e-3, "there is no gradient to compare");
        Assert.InRange((expected - actual).norm().item<float>() / size, 0, 1e-5);
    }
}
