using System.Text.Json;
using Rlaif.Learning.Native;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Tests.Losses;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Rlaif.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

/// <summary>A whole training on given responses, step by step: adaptive penalty, entropy bonus, a clip and a rate for policy and critic each.</summary>
public class PpoTrajectoryTests
{
    private static readonly (string Theirs, string Ours)[] Figures =
    [
        ("policy_loss", "ppo/policy_loss"), ("value_loss", "ppo/value_loss"), ("entropy", "ppo/entropy_nats_per_token"), ("approx_kl_k3", "ppo/approximate_kl_k3_nats_per_token"),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public Task Every_step_and_the_final_weights_are_those_of_the_reference(int microBatch)
    {
        var golden = Golden.Read("trajectories/ours_ppo.json");
        var cancel = TestContext.Current.CancellationToken;
        return TorchThread.Run(() =>
        {
            using var scope = NewDisposeScope();
            var plan = Plan(golden);
            var recipe = Recipe(golden.GetProperty("config"));
            using var objective = Objective(golden, plan, recipe);
            var training = plan.Training(recipe) with { MicroBatch = microBatch, AdamW = new(Beta2: Number(golden, "beta2"), WeightDecay: Number(golden, "weight_decay")) };
            var metrics = TrainingLoop.Run(objective, training, null, (_, _) => { }, cancel).ToLookup(m => m.Step);
            Compare(golden, metrics);
            foreach (var (name, value) in objective.Weights)
            {
                CompareWeight(golden, name, value);
            }
        }, cancel);
    }

    /// <summary>TRL's form: no clip, one rate for a whole batch of rollouts, a value loss that counts a tenth. Our gradients and updates are theirs.</summary>
    [Fact]
    public Task Every_step_and_the_final_weights_are_those_of_TRL_with_the_score_on_the_last_token()
    {
        var golden = Golden.Read("trajectories/ppo.json");
        var cancel = TestContext.Current.CancellationToken;
        return TorchThread.Run(() =>
        {
            using var scope = NewDisposeScope();
            var recipe = new PpoRecipe
            {
                Beta = Number(golden, "kl_coef"), Gamma = Number(golden, "gamma"), Lambda = Number(golden, "lam"), ClipLow = Number(golden, "cliprange"), ClipHigh = Number(golden, "cliprange"),
                ValueClip = Number(golden, "cliprange_value"), Temperature = Number(golden, "temperature"),
            };
            var plan = Plan(golden);
            using var objective = Objective(golden, plan, recipe);
            var start = objective.Weights.ToDictionary(w => w.Name, w => w.Value.detach().clone());
            AdamW[] optimizers = [.. objective.Parts.Select(part => new AdamW(part.Weights, new(Beta2: 0.999, WeightDecay: 0.01)))];
            JsonElement[] minibatches = [.. golden.GetProperty("updates").EnumerateArray().SelectMany(update => update.GetProperty("minibatches").EnumerateArray())];
            var tolerances = golden.GetProperty("tolerances");
            for (var step = 0; step < minibatches.Length; step++)
            {
                var examples = plan.Steps[step].Examples;
                objective.Begin(step, examples, cancel);
                foreach (var (_, value) in objective.Weights)
                {
                    value.grad = zeros_like(value.detach());
                }

                var (loss, figures) = objective.Part(examples, objective.Window(examples));
                loss.backward();
                foreach (var (_, value) in objective.Parts[1].Weights)
                {
                    value.grad!.mul_(Number(golden, "vf_coef"));
                }

                Golden.Close([minibatches[step].GetProperty("policy_loss").GetDouble(), minibatches[step].GetProperty("value_loss").GetDouble()], figures[..2], tolerances.GetProperty("losses").GetDouble(), $"step {step}");
                var norm = Math.Sqrt(objective.Weights.Sum(w => Math.Pow(w.Value.grad!.norm().item<float>(), 2)));
                Golden.Close([minibatches[step].GetProperty("grad_norm_unclipped").GetDouble()], [norm], tolerances.GetProperty("grad_norm").GetDouble(), $"gradient norm of step {step}");
                foreach (var (part, adam) in objective.Parts.Zip(optimizers))
                {
                    adam.Update([.. part.Weights.Select(w => w.Value.grad!)], minibatches[step].GetProperty("learning_rate").GetDouble());
                }
            }

            using var final = Safetensors.Read(Fixtures.Path("trajectories/ppo.final.safetensors"));
            foreach (var (name, value) in objective.Weights)
            {
                var expected = (final.Find(name) ?? final.Find("policy." + name))!.to(value.device);
                var far = ((value.detach() - expected).norm() / (expected - start[name]).norm()).item<float>();
                Assert.True(far <= tolerances.GetProperty("update_relative_l2").GetDouble(), $"{name} is off by {far:E2} of its way");
            }
        }, cancel);
    }

    private static void Compare(JsonElement golden, ILookup<int, TrainingMetric> metrics)
    {
        var tolerances = golden.GetProperty("tolerances");
        var (losses, norms) = (tolerances.GetProperty("losses").GetDouble(), tolerances.GetProperty("grad_norm").GetDouble());
        var step = 0;
        foreach (var update in golden.GetProperty("updates").EnumerateArray())
        {
            foreach (var minibatch in update.GetProperty("minibatches").EnumerateArray())
            {
                var ours = metrics[++step].ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal);
                void Close(JsonElement of, string theirs, string name, double tolerance) => Golden.Close([of.GetProperty(theirs).GetDouble()], [ours[name]], tolerance, $"step {step} {name}");
                Array.ForEach(Figures, figure => Close(minibatch, figure.Theirs, figure.Ours, losses));
                Close(minibatch, "policy_grad_norm", "optimizer/gradient_norm", norms);
                Close(minibatch, "value_grad_norm", "optimizer/value_gradient_norm", norms);
                Close(update, "kl_coef", "ppo/kl_coefficient", tolerances.GetProperty("kl_coef").GetDouble());
                Close(update, "mean_sequence_kl_k1", "ppo/kl_k1_nats_per_sequence", losses);
                Golden.Close([update.GetProperty("scores_after_penalty").Flatten().Average()], [ours["ppo/score"]], losses, $"step {step} score");
            }
        }

        Assert.Equal(metrics.Count, step);
    }

    private static void CompareWeight(JsonElement golden, string name, Tensor value)
    {
        var all = golden.GetProperty("final_parameters");
        var key = all.EnumerateObject().Select(p => p.Name).Single(n => n == name || n == "policy." + name);
        var (expected, tolerance) = (all.GetProperty(key), golden.GetProperty("tolerances").GetProperty("final_weights_abs").GetDouble());
        var ours = value.Doubles();
        Assert.Equal(expected.GetProperty("shape").Flatten(), value.shape.Select(n => (double)n));
        Golden.Close([expected.GetProperty("l2").GetDouble()], [Math.Sqrt(ours.Sum(x => x * x))], tolerance, name);
        var first = expected.GetProperty("first").Flatten().ToArray();
        Golden.Close(first, ours[..first.Length], tolerance, name);
    }

    private static RolloutPlan Plan(JsonElement golden)
    {
        int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];
        var updates = golden.GetProperty("updates").EnumerateArray().ToList();
        List<int[]> rollouts = [.. updates.Select(update => Ids(update.GetProperty("prompts")))];
        return new(rollouts, [.. updates.SelectMany((update, rollout) => update.GetProperty("minibatches").EnumerateArray()
            .Select(minibatch => (rollout, Ids(minibatch.GetProperty("rows")).Select(row => rollouts[rollout][row]).ToArray())))]);
    }

    private static PpoObjective Objective(JsonElement golden, RolloutPlan plan, PpoRecipe recipe)
    {
        var policy = ModelFolder.ReadModel(Fixtures.Path("trajectories/base"), trainable: true);
        TrajectoryComparison.Put(policy, Fixtures.Path("trajectories/dpo.initial_policy.safetensors"));
        var rollouts = new GivenResponses(Number(golden, "missing_eos_penalty"));
        return new(
            policy, ModelFolder.ReadModel(Fixtures.Path("trajectories/base"), trainable: false), ModelFolder.ReadRewardModel(Fixtures.Path("trajectories/base_reward"), trainable: true),
            rollouts.Lengths, rollouts, plan, recipe);
    }

    private static PpoRecipe Recipe(JsonElement config)
    {
        double Number(string key) => config.GetProperty(key).GetDouble();
        return new()
        {
            LearningRate = Number("lr_policy"), ValueLearningRate = Number("lr_value"), Schedule = "constant", WarmupSteps = 0, MaxGradientNorm = Number("max_grad_norm"),
            Beta = Number("init_kl_coef"), KlTarget = Number("kl_target"), KlHorizon = Number("kl_horizon"), Gamma = Number("gamma"), Lambda = Number("lam"),
            ClipLow = Number("clip"), ClipHigh = Number("clip"), ValueClip = Number("clip_value"), EntropyWeight = Number("entropy_coef"), Temperature = Number("temperature"),
        };
    }

    private static double Number(JsonElement golden, string key) => golden.GetProperty("config").GetProperty(key).GetDouble();
}
