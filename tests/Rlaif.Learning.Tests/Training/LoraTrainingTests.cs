using Rlaif.Learning.Adapters;
using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

/// <summary>Every training, with an adapter in the place of the weights.</summary>
public class LoraTrainingTests
{
    private static readonly LoraRecipe Lora = new() { Rank = 2, Alpha = 8, TargetModules = ["q_proj", "down_proj"] };

    public static TheoryData<string> Algorithms => [.. TinyTraining.Algorithms];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public Task Only_the_targets_change_and_a_checkpoint_holds_only_what_is_trained(string algorithm) => TinyTraining.Run(tiny =>
    {
        tiny.Train(algorithm, "lora", lora: Lora);
        using var before = ModelFolder.ReadModel(tiny.Start, trainable: false);
        using var after = Safetensors.Read(Path.Combine(tiny.Out("lora"), "model.safetensors"));
        Assert.All(before.Weights, weight => Assert.Equal(
            weight.Name.EndsWith("q_proj.weight", StringComparison.Ordinal) || weight.Name.EndsWith("down_proj.weight", StringComparison.Ordinal),
            !Same(weight.Value.cpu(), after.Find(weight.Name)!)));

        using var adapter = Safetensors.Read(Path.Combine(tiny.Out("lora"), "adapter", "adapter_model.safetensors"));
        Assert.Equal(2 * 2 * 2 + (algorithm == "reward-model" ? 1 : 0), adapter.Tensors.Count);
        var checkpoint = Directory.EnumerateDirectories(tiny.Work("lora"), "checkpoint-*").Single();
        using var weights = Safetensors.Read(Path.Combine(checkpoint, "weights.safetensors"));
        using var moments = Safetensors.Read(Path.Combine(checkpoint, "moments.safetensors"));
        // The critic of PPO is trained whole.
        var names = weights.Tensors.Select(t => t.Name).Where(name => !name.StartsWith("value.", StringComparison.Ordinal)).ToList();
        Assert.Equal(adapter.Tensors.Select(t => t.Name), names);
        Assert.Equal(2 * weights.Tensors.Count, moments.Tensors.Count);
    });

    [Theory]
    [MemberData(nameof(Algorithms))]
    public Task Before_the_first_step_every_figure_is_that_of_full_training(string algorithm) => TinyTraining.Run(tiny =>
    {
        IEnumerable<TrainingMetric> First(string name, LoraRecipe? lora) =>
            tiny.Train(algorithm, name, lora: lora).Where(m => m.Step == 1 && !m.Name.StartsWith("optimizer/", StringComparison.Ordinal));
        var full = First("full", null);
        Assert.Equal(full, First("lora", Lora));
        Assert.Equal(full, First("dora", Lora with { Dora = true }));
    });

    [Theory]
    [MemberData(nameof(Algorithms))]
    public Task Killed_and_resumed_it_ends_in_the_same_bytes_and_figures(string algorithm) => TinyTraining.Run(tiny =>
    {
        var lora = Lora with { Dora = true, Rslora = true, TargetModules = null };
        var metrics = tiny.Train(algorithm, "straight", lora: lora);
        Assert.Throws<OperationCanceledException>(() => tiny.Train(algorithm, "killed", (step, _) => Kill(step == 5), lora: lora));
        Assert.Equal(metrics, tiny.Train(algorithm, "killed", lora: lora));
        Assert.All(new[] { "model.safetensors", "adapter/adapter_model.safetensors", "adapter/adapter_config.json" },
            file => Assert.Equal(tiny.Sha256("straight", file), tiny.Sha256("killed", file)));
    });

    // The start's own log-probabilities are read off the model that is trained; a copy of it is a model of its own.
    [Theory]
    [InlineData("dpo", false)]
    [InlineData("dpo", true)]
    [InlineData("kto", false)]
    [InlineData("kto", true)]
    public Task A_reference_that_is_the_start_is_worth_a_copy_of_it(string algorithm, bool adapter) => TinyTraining.Run(tiny =>
    {
        var lora = adapter ? Lora with { Dora = true } : null;
        var copy = Directory.CreateDirectory(Path.Combine(tiny.Folder, "copy")).FullName;
        foreach (var file in Directory.EnumerateFiles(tiny.Start))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        var metrics = tiny.Train(algorithm, "start", lora: lora);
        Assert.Equal(metrics, tiny.Train(algorithm, "copy", change: job => job with { Reference = copy }, lora: lora));
        Assert.Equal(metrics, tiny.Train(algorithm, "named", change: job => job with { Reference = job.Start }, lora: lora));
        Assert.Equal(tiny.Sha256("start"), tiny.Sha256("copy"));
        Assert.Equal(tiny.Sha256("start"), tiny.Sha256("named"));
    });

    // L = L(W + B A): with A = 1, dL/dB is dL/dW. A pair of full rank can go wherever full training goes.
    [Fact]
    public Task With_a_full_rank_the_gradient_is_that_of_the_weight() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var full = tiny.Objective("sft");
        using var policy = tiny.Policy(new() { Rank = 16, Alpha = 16, TargetModules = ["q_proj"] });
        using (no_grad())
        {
            foreach (var pair in policy.Adapter!.Pairs.Values)
            {
                pair.Down.copy_(eye(16));
            }
        }

        var objective = new SftObjective(policy, [.. tiny.Examples.Select(e => TokenSequence.Of(e.Prompt, e.Response))]);
        int[] all = [.. Enumerable.Range(0, tiny.Examples.Count)];
        full.Part(all, full.Window(all)).Loss.backward();
        objective.Part(all, objective.Window(all)).Loss.backward();
        Assert.All(policy.Adapter.Pairs, pair =>
        {
            var expected = full.Weights.Single(w => w.Name == pair.Key + ".weight").Value.grad!;
            Assert.InRange(((pair.Value.Up.grad! - expected).norm() / expected.norm()).item<float>(), 0, 1e-5);
        });
        Assert.All(policy.Weights, weight => Assert.Null(weight.Value.grad));
    });

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public Task It_learns_what_it_is_given(bool dora, bool rslora) => TinyTraining.Run(tiny =>
    {
        // The head rests: with the embedding of a new model no state could make a token likely.
        var start = Path.Combine(tiny.Folder, "wide");
        using (no_grad())
        {
            using var model = ModelFolder.ReadModel(tiny.Start, trainable: false);
            model.Embedding.mul_(50);
            ModelFolder.WriteModel(start, model);
        }

        double LastEpoch(string algorithm, string metric) => tiny.Train(
                algorithm, algorithm, change: job => job with { Start = start }, epochs: 40, learningRate: 1e-2, lora: new() { Rank = 8, Alpha = 16, Dora = dora, Rslora = rslora })
            .Where(m => m.Name == metric).TakeLast(3).Average(m => m.Value);
        // 43 tokens drawn alike: ln 43 = 3.76 nats are all that can be known before the examples are.
        Assert.InRange(LastEpoch("sft", "sft/loss_nats_per_token"), 0, 2);
        // No policy goes below the entropy of the labels; the start is 0.16 nats above it, full training ends 0.009 above. Accuracy would
        // hang on the pairs whose label is almost 1/2: full training of the same steps has 0.79.
        Assert.InRange(LastEpoch("dpo", "dpo/loss") - tiny.LabelEntropy, 0, 0.01);
    });

    [Fact]
    public Task A_reward_model_learns_with_its_head() => TinyTraining.Run(tiny => Assert.InRange(
        tiny.Train("reward-model", "lora", epochs: 40, lora: new() { Rank = 8, Alpha = 16 }).Where(m => m.Name == "reward_model/loss").TakeLast(3).Average(m => m.Value) - tiny.LabelEntropy, 0, 0.01));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task The_written_adapter_on_the_start_is_the_written_model(bool dora) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        tiny.Train("dpo", "lora", lora: Lora with { Dora = dora });
        using var written = ModelFolder.ReadModel(tiny.Out("lora"), trainable: false);
        using var adapted = AdapterFolder.ReadOn(ModelFolder.ReadModel(tiny.Start, trainable: false), Path.Combine(tiny.Out("lora"), "adapter"));
        using var merged = adapted.Merged();
        Assert.All(written.Weights.Zip(merged.Weights), pair => Assert.True(Same(pair.First.Value, pair.Second.Value), pair.First.Name));
        var ids = tensor(tiny.Examples[0].Prompt.Select(id => (long)id).ToArray()).unsqueeze(0);
        Assert.InRange((written.Logits(written.Hidden(ids)) - adapted.Logits(adapted.Hidden(ids))).abs().max().item<float>(), 0, 1e-5);
    });

    [Fact]
    public Task The_written_adapter_of_a_reward_model_holds_its_head() => TinyTraining.Run(tiny =>
    {
        // A start whose head is not 0: the adapter's takes its place.
        tiny.Train("reward-model", "lora", change: job => job with { Start = tiny.Rewards }, lora: Lora);
        var merged = Path.Combine(tiny.Folder, "merged");
        AdapterFolder.Merge(tiny.Rewards, Path.Combine(tiny.Out("lora"), "adapter"), merged);
        using var written = ModelFolder.ReadRewardModel(tiny.Out("lora"), trainable: false);
        using var again = ModelFolder.ReadRewardModel(merged, trainable: false);
        using var start = ModelFolder.ReadRewardModel(tiny.Rewards, trainable: false);
        Assert.All(written.Weights.Zip(again.Weights), pair => Assert.True(Same(pair.First.Value, pair.Second.Value), pair.First.Name));
        Assert.False(Same(start.Score, written.Score));
    });

    [Fact]
    public Task The_reference_under_an_adapter_stays_where_it_was() => TinyTraining.Run(tiny =>
    {
        var kl = tiny.Train("grpo", "lora", epochs: 4, learningRate: 2e-2, lora: Lora).Where(m => m.Name == "grpo/kl_k3_nats_per_token").ToList();
        Assert.Equal(0, kl[0].Value);
        Assert.True(kl[^1].Value > 1e-4, $"the policy is {kl[^1].Value} nats per token from its reference after {kl.Count} steps");
    });

    private static bool Same(Tensor a, Tensor b) => a.equal(b).all().item<bool>();

    private static void Kill(bool now)
    {
        if (now)
        {
            throw new OperationCanceledException("killed");
        }
    }
}
