using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Training;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

/// <summary>One prompt, answers of one token, a reward of each: what maximises E[r] - β KL(π‖π_ref) is known, π* ∝ π_ref exp(r / β).</summary>
public class BanditTests
{
    private const double Beta = 0.3;
    private const int Samples = 64;

    private static readonly double[] Rewards = [0, 1, 0.2, 0.6, 0.9, 0.4];

    private static readonly int[] Prompt = [0];

    private static readonly ModelConfig Config = TinyTraining.Config with { Layers = 1, Vocabulary = Rewards.Length, MaxPositions = 4, TiedEmbeddings = false };

    /// <summary>The penalty is in the reward (k1), so that at π* every answer is worth the same and nothing pulls: exactly π*, though PPO divides what is left by
    /// its deviation. Sampling is what keeps it off: the schedule ends at 0.</summary>
    [Fact]
    [Trait("Speed", "slow")]
    public Task Ppo_comes_to_the_closed_form() => Reaches(Beta, policy =>
    {
        var recipe = new PpoRecipe
        {
            Beta = Beta, Batch = 256, Epochs = 150, RolloutEpochs = 1, Minibatches = 2, MaxNewTokens = 1, LearningRate = 1e-2, ValueLearningRate = 1e-2, Schedule = "linear", WarmupSteps = 0,
        };
        int[] lengths = [.. Enumerable.Repeat(Prompt.Length, recipe.Batch)];
        var plan = RolloutPlan.Of(recipe, lengths, seed: 1);
        return (new PpoObjective(policy, policy.Clone(trainable: false), RewardModel.On(policy), lengths, new Arms(1), plan, recipe), plan.Training(recipe));
    });

    /// <summary>Three steps old, every rollout counts by its weight, and what is learnt is the same.</summary>
    [Fact]
    [Trait("Speed", "slow")]
    public Task Rloo_on_rollouts_of_older_policies_comes_to_the_closed_form() => Reaches(Beta, policy => Old(policy, new() { Rloo = Group(new RlooRecipe { Beta = Beta }) }));

    /// <summary>Exactly π*: the penalty is in the reward, and the mean of its siblings is a baseline that does not hold a response's own reward.</summary>
    [Fact]
    [Trait("Speed", "slow")]
    public Task Rloo_comes_to_the_closed_form() => Reaches(Beta, policy => Groups(policy, new() { Rloo = Group(new RlooRecipe { Beta = Beta }) }));

    /// <summary>The gradient of k3 times the ratio is that of KL(π‖π_ref); rewards are not divided by their deviation, and a mean that holds the response's own
    /// reward takes 1 / n of it: the closed form of β n / (n - 1).</summary>
    [Fact]
    [Trait("Speed", "slow")]
    public Task Grpo_comes_to_the_closed_form() =>
        Reaches(Beta * Samples / (Samples - 1), policy => Groups(policy, new() { Grpo = Group(new GrpoRecipe { Beta = Beta, Scale = "none" }) }));

    /// <summary>On labels that are Bradley-Terry of the rewards, p = σ(r_i - r_j), every pair has its least loss at β Δ = r_i - r_j: exactly π*.</summary>
    [Fact]
    public Task Dpo_on_soft_labels_comes_to_the_closed_form() => Reaches(Beta, policy =>
    {
        TrainingPair[] pairs =
        [
            .. Enumerable.Range(0, Rewards.Length).SelectMany(i => Enumerable.Range(0, i).Select(j => new TrainingPair(Prompt, [i], [j], 1 / (1 + Math.Exp(Rewards[j] - Rewards[i]))))),
        ];
        var reference = LogProbs(policy);
        var before = new ReferenceLogProbs([.. pairs.Select(p => (float)reference[p.Chosen[0]])], [.. pairs.Select(p => (float)reference[p.Rejected[0]])]);
        return (new DpoObjective(policy, pairs, before, new(null, Beta)), WholeBatches(pairs.Length));
    }, bound: 1e-4);

    /// <summary>KTO knows good from bad and not how good, so π* is not its optimum. At z = 0 and β = 1 its loss is Σ_bad x / (1 + x) - Σ_good x / (1 + x), x = π / π_ref: it
    /// empties the bad and is concave in the good, where the derivative 1 / (p (1 + x)²), p = π_ref, is one number. So π_i = √p_i (1 + P) / S - p_i, with P = Σ p and S = Σ √p
    /// over the good. The bad go like 1 / steps; KL(π*‖π) is finite with them.</summary>
    [Fact]
    public Task Kto_comes_to_its_own_closed_form() => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        var policy = LanguageModel.Create(Config, seed: 6, trainable: true);
        var reference = LogProbs(policy);
        var good = Enumerable.Range(0, Rewards.Length).Where(i => Rewards[i] > 0.5).ToHashSet();
        var (mass, roots) = (good.Sum(i => Math.Exp(reference[i])), good.Sum(i => Math.Exp(reference[i] / 2)));
        double[] optimum = [.. reference.Select((log, i) => good.Contains(i) ? (Math.Exp(log / 2) * (1 + mass) / roots) - Math.Exp(log) : 0)];
        Assert.Equal(1, optimum.Sum(), 1e-9);
        Assert.All(optimum, p => Assert.InRange(p, 0, 1));
        double Distance() => optimum.Zip(LogProbs(policy), (p, log) => p == 0 ? 0 : p * (Math.Log(p) - log)).Sum();
        var begin = Distance();
        JudgedResponse[] responses = [.. Enumerable.Range(0, Rewards.Length).Select(i => new JudgedResponse(Prompt, [i], good.Contains(i) ? 1 : 0, [i]))];
        var before = new ReferenceLogProbs([.. reference.Select(log => (float)log)], [.. reference.Select(log => (float)log)]);
        using var objective = new KtoObjective(policy, responses, before, new() { Loss = "apoZero", Beta = 1 });
        TrainingLoop.Run(objective, WholeBatches(responses.Length), null, (_, _) => { }, CancellationToken.None);
        var end = Distance();
        Assert.True(end < 0.005 && end < begin / 50, $"KL(π*‖π) went from {begin:E2} to {end:E2}");
    }, TestContext.Current.CancellationToken);

    // A hundredth of a nat: π is within 7 % of π* in total variation (Pinsker).
    private static async Task Reaches(double beta, Func<LanguageModel, (IObjective Objective, TrainingPlan Plan)> make, double bound = 0.01)
    {
        var (begin, end) = await TorchThread.Run(
            () =>
            {
                using var scope = NewDisposeScope();
                var policy = LanguageModel.Create(Config, seed: 6, trainable: true);
                double[] scores = [.. LogProbs(policy).Zip(Rewards, (log, reward) => log + (reward / beta))];
                var normaliser = Math.Log(scores.Sum(Math.Exp));
                double Distance() => LogProbs(policy).Zip(scores, (log, score) => Math.Exp(log) * (log - score + normaliser)).Sum();
                var before = Distance();
                var (objective, plan) = make(policy);
                using (objective)
                {
                    TrainingLoop.Run(objective, plan, null, (_, _) => { }, CancellationToken.None);
                    return (before, Distance());
                }
            },
            TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper!.WriteLine($"KL(π‖π*) went from {begin:E2} to {end:E2} nats");
        Assert.True(end < bound && end < begin / 20, $"KL(π‖π*) went from {begin:E2} to {end:E2} nats");
    }

    private static T Group<T>(T recipe)
        where T : GroupRecipe =>
        recipe with { Samples = Samples, Batch = 4, Epochs = 200, MaxNewTokens = 1, LearningRate = 1e-2, Schedule = "linear", WarmupSteps = 0 };

    private static (IObjective, TrainingPlan) Groups(LanguageModel policy, OptimizationRecipe recipe)
    {
        var algorithm = GroupAlgorithm.Of(recipe);
        int[] lengths = [.. Enumerable.Repeat(Prompt.Length, algorithm.Recipe.Batch)];
        return (new GroupObjective(policy, policy.Clone(trainable: false), lengths, new Arms(Samples), algorithm), TrainingPlan.Of(algorithm.Recipe, lengths, seed: 1));
    }

    private static (IObjective, TrainingPlan) Old(LanguageModel policy, OptimizationRecipe recipe)
    {
        var algorithm = GroupAlgorithm.Of(recipe with { Rloo = recipe.Rloo! with { MaxStaleness = 3 } });
        int[] lengths = [.. Enumerable.Repeat(Prompt.Length, algorithm.Recipe.Batch)];
        var plan = TrainingPlan.Of(algorithm.Recipe, lengths, seed: 1);
        var rollouts = new SampledRollouts([.. lengths.Select(_ => Prompt)], new([new("arms", 1, new OfArms())]), algorithm.Recipe, Samples, [], seed: 9);
        return (new GroupObjective(policy, policy.Clone(trainable: false), lengths, new RolloutsAhead(rollouts, plan.Batches, most: 3), algorithm), plan);
    }

    // All examples in every step.
    private static TrainingPlan WholeBatches(int examples) => new(
        [.. Enumerable.Repeat(Enumerable.Range(0, examples).ToArray(), 600)], MicroBatch: 0, new(1e-2, ScheduleKind.Linear, WarmupSteps: 0, Steps: 600), new(), MaxGradientNorm: 1);

    /// <summary>Of every answer, nats.</summary>
    private static double[] LogProbs(LanguageModel policy)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var logits = policy.Logits(policy.Hidden(tensor(Prompt.Select(id => (long)id).ToArray()).unsqueeze(0)))[0, ^1];
        return logits.to(float64).log_softmax(-1).cpu().data<double>().ToArray();
    }

    private sealed class OfArms : IResponseReward
    {
        public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel) => [.. answers.Select(answer => (float)Rewards[answer.Tokens[0]])];
    }

    /// <summary>What the policy samples, and its rewards.</summary>
    private sealed class Arms(int samples) : TestRollouts
    {
        public override IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel)
        {
            var sampled = Sampler.Sample(policy, [.. Enumerable.Range(0, prompts.Count * samples).Select(row => new SamplingRequest(Prompt, 1, 1, 1, Seed: 9, ((ulong)batch << 32) | (uint)row, []))], cancel: cancel);
            return [.. sampled.Select(response => response.Tokens[0].Id).Chunk(samples).Select(arms =>
                new Rollout(new(Prompt, [.. arms.Select(arm => new[] { arm })]), [.. arms.Select(_ => true)], [.. arms.Select(arm => (float)Rewards[arm])]))];
        }
    }
}
