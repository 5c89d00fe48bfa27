using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

/// <summary>What must not change a step's loss and gradient.</summary>
public class ObjectiveTests
{
    // float32 sums in another order: measured 4e-7 of the gradient's norm at these sizes.
    private const double OrderOfSums = 5e-6;

    public static TheoryData<string> Algorithms => [.. TinyTraining.Objectives];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public Task Cutting_a_window_into_micro_batches_does_not_change_it(string algorithm) => TinyTraining.Run(tiny =>
    {
        Uncut(tiny.Objective(algorithm));
        Uncut(tiny.Objective(algorithm, new() { Rank = 3 }));
    });

    private static void Uncut(IObjective objective)
    {
        using var scope = NewDisposeScope();
        using var owned = objective;
        var all = Enumerable.Range(0, objective.Lengths.Count).ToArray();
        var (whole, figures) = Gradient(objective, [all]);
        foreach (var micro in new[] { 1, 3, 8 })
        {
            var (cut, cutFigures) = Gradient(objective, all.Chunk(micro));
            Near(whole, cut, $"micro-batches of {micro}");
            Assert.All(figures.Zip(cutFigures), pair => Assert.Equal(pair.First, pair.Second, 5e-6));
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public Task The_order_inside_a_batch_does_not_change_it(string algorithm) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var objective = tiny.Objective(algorithm);
        var all = Enumerable.Range(0, objective.Lengths.Count).ToArray();
        Near(Gradient(objective, [all]).Gradient, Gradient(objective, [[.. all.Reverse()]]).Gradient, "reversed");
    });

    [Fact]
    public Task Prompt_and_padding_have_no_part_in_loss_and_gradient() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var objective = tiny.Objective("sft");
        var all = Enumerable.Range(0, tiny.Examples.Count).ToArray();
        var (gradient, figures) = Gradient(objective, [all]);

        // The long way: logits of every position, prompt and padding ignored by their target.
        using var model = ModelFolder.ReadModel(tiny.Start, trainable: true);
        var texts = tiny.Examples.Select(e => (int[])[.. e.Prompt, .. e.Response]).ToArray();
        var time = texts.Max(t => t.Length);
        var ids = TokenBatch.Padded(texts, time);
        var targets = full(texts.Length, time, -100L, int64);
        for (var row = 0; row < texts.Length; row++)
        {
            for (var t = tiny.Examples[row].Prompt.Length; t < texts[row].Length; t++)
            {
                targets[row, t - 1] = texts[row][t];
            }
        }

        var logits = model.Logits(model.Hidden(ids)).reshape(-1, model.Config.Vocabulary);
        var loss = nn.functional.cross_entropy(logits, targets.reshape(-1), ignore_index: -100);
        loss.backward();
        Assert.Equal(loss.item<float>(), figures[0], 5e-6);
        Near(Flat(model.Weights), gradient, "the long way");
    });

    [Fact]
    public Task Nats_per_token_are_the_cross_entropy_whatever_is_learnt() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        Dictionary<string, double> Figures(SftRecipe recipe)
        {
            using var objective = new SftObjective(tiny.Policy(null), [.. tiny.Examples.Select(e => TokenSequence.Of(e.Prompt, e.Response))], recipe);
            return objective.Metrics.Zip(Gradient(objective, [[.. Enumerable.Range(0, tiny.Examples.Count)]]).Figures).ToDictionary(StringComparer.Ordinal);
        }

        var plain = Assert.Single(Figures(new()));
        foreach (var recipe in new SftRecipe[] { new() { LabelSmoothing = 0.3 }, new() { ZLoss = 0.1 }, new() { Dft = true }, new() { Dft = true, ZLoss = 0.1 } })
        {
            var figures = Figures(recipe);
            Assert.Equal(plain.Value, figures[plain.Key], 1e-6);
            Assert.True(Math.Abs(plain.Value - figures["sft/loss"]) > 1e-3, $"{recipe} learns {figures["sft/loss"]}");
        }
    });

    [Fact]
    public Task A_tied_pair_leaves_a_fresh_reward_model_as_it_is() => TinyTraining.Run(tiny =>
    {
        TrainingData.Write(tiny.PairsFile, tiny.TiedPairs);
        var metrics = tiny.Train("reward-model", "tied");
        Assert.All(metrics.Where(m => m.Name == "reward_model/margin"), m => Assert.Equal(0, m.Value));
        using var before = ModelFolder.ReadModel(tiny.Start, trainable: false);
        using var after = ModelFolder.ReadRewardModel(tiny.Out("tied"), trainable: false);
        Assert.All(before.Weights, w => Assert.True(w.Value.equal(after.Weights.Single(a => a.Name == w.Name).Value).all().item<bool>(), w.Name));
    });

    [Fact]
    public Task A_tied_pair_does_not_pull_a_policy_from_its_reference() => TinyTraining.Run(tiny =>
    {
        TrainingData.Write(tiny.PairsFile, tiny.TiedPairs);
        Assert.All(tiny.Train("dpo", "tied").Where(m => m is { Step: 1, Name: "optimizer/gradient_norm" }), m => Assert.InRange(m.Value, 0, 1e-5));
    });

    [Fact]
    public Task Before_the_first_step_the_dpo_loss_is_ln_2_and_nothing_differs_from_the_reference() => TinyTraining.Run(tiny =>
    {
        TrainingData.Write(tiny.PairsFile, tiny.Pairs.Select(p => p with { Preference = 1 }));
        var first = tiny.Train("dpo", "hard").Where(m => m.Step == 1).ToDictionary(m => m.Name, m => m.Value);
        Assert.Equal(Math.Log(2), first["dpo/loss"], 1e-6);
        Assert.All(new[] { "dpo/margin", "dpo/chosen_log_ratio_nats_per_sequence", "dpo/rejected_log_ratio_nats_per_sequence" },
            name => Assert.Equal(0, first[name], 1e-5));
    });

    [Fact]
    public Task A_fresh_reward_model_gives_no_reward_and_half_its_pairs_agree() => TinyTraining.Run(tiny =>
    {
        var first = tiny.Train("reward-model", "fresh").Where(m => m.Step == 1).ToDictionary(m => m.Name, m => m.Value);
        Assert.Equal(Math.Log(2), first["reward_model/loss"], 1e-6);
        Assert.Equal(0.5, first["reward_model/accuracy"]);
        Assert.Equal(0, first["reward_model/margin"]);
    });

    /// <returns>All gradients as one vector, and the figures of the window.</returns>
    private static (Tensor Gradient, double[] Figures) Gradient(IObjective objective, IEnumerable<int[]> parts)
    {
        var all = parts.ToArray();
        objective.Begin(0, [.. all.SelectMany(p => p).Order()], CancellationToken.None);
        var window = objective.Window([.. all.SelectMany(p => p)]);
        var figures = new double[objective.Metrics.Count];
        foreach (var weight in objective.Weights)
        {
            weight.Value.grad = zeros_like(weight.Value.detach());
        }

        foreach (var part in all)
        {
            var (loss, partFigures) = objective.Part(part, window);
            loss.backward();
            figures = [.. figures.Zip(partFigures, (a, b) => a + b)];
        }

        return (Flat(objective.Weights), figures);
    }

    private static Tensor Flat(IReadOnlyList<NamedWeight> weights) => cat([.. weights.Select(w => w.Value.grad!.clone().flatten())]);

    private static void Near(Tensor expected, Tensor actual, string what)
    {
        var size = expected.norm().item<float>();
        Assert.True(size > 1e-3, "there is no gradient to compare");
        var far = (expected - actual).norm().item<float>() / size;
        Assert.True(far <= OrderOfSums, $"{what}: the gradient is off by {far:E1} of its size, allowed {OrderOfSums:E1}");
    }
}
