using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

/// <summary>A prompt that is computed once for its responses gives what it gives computed for each; and what else must not change the numbers of a batch.</summary>
public class SharedPromptTests
{
    private const double Relative = 1e-5;

    /// <summary>SFT has one response to a prompt, and KTO takes responses one by one.</summary>
    public static TheoryData<string> Sharing => [.. TinyTraining.Algorithms.Except(["sft", "kto"])];

    [Theory]
    [MemberData(nameof(Sharing))]
    public Task Loss_and_gradient_are_those_of_every_response_behind_a_prompt_of_its_own(string algorithm) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var objective = tiny.Objective(algorithm);
        var packed = Backward(objective);
        var plain = PlainForm.Of(tiny, algorithm);
        plain.Loss.backward();
        Assert.Equal(plain.Loss.item<float>(), packed.Loss.item<float>(), 1e-5f);
        Near(plain.Weights, objective.Weights);
    });

    [Fact]
    public Task With_one_epoch_and_one_minibatch_the_ratio_of_ppo_is_1_and_its_gradient_is_that_of_reinforce() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        var recipe = TinyTraining.Ppo with { EntropyWeight = 0, ValueWarmup = 0 };
        using var objective = tiny.Classic(recipe, steps: 1);
        var figures = objective.Metrics.Zip(Backward(objective).Metrics).ToDictionary(one => one.First, one => one.Second);
        // k3 of a ratio of exactly 1, and of no other.
        Assert.Equal(0, figures["ppo/approximate_kl_k3_nats_per_token"]);
        Assert.Equal(0, figures["ppo/clip_fraction"]);
        var reinforce = PlainForm.Reinforce(tiny, recipe);
        reinforce.Loss.backward();
        Near(reinforce.Weights, objective.Parts[0].Weights);
    });

    [Fact]
    public Task What_stands_in_the_padding_changes_no_bit() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        var rows = TokenBatch.Of([.. tiny.Examples.Select(e => TokenSequence.Of(e.Prompt, e.Response))]);
        Assert.Equal(rows.Asked.LogProbs(policy, rows.Hidden(policy)), rows.Asked.LogProbs(policy, (rows with { Ids = Filled(rows.Ids) }).Hidden(policy)), Same);
        var groups = PairBatch.ForLogProbs(tiny.Pairs);
        Assert.Equal(groups.Asked.LogProbs(policy, groups.Hidden(policy)), groups.Asked.LogProbs(policy, (groups with { Ids = Filled(groups.Ids) }).Hidden(policy)), Same);
    });

    // Padding has the id 0, which no text of the data has.
    private static Tensor Filled(Tensor ids)
    {
        Assert.True(ids.eq(0).any().item<bool>(), "nothing is padded");
        return where(ids.eq(0), full_like(ids, 17), ids);
    }

    private static bool Same(Tensor a, Tensor b) => a.equal(b).all().item<bool>();

    private static LossPart Backward(IObjective objective)
    {
        int[] all = [.. Enumerable.Range(0, objective.Lengths.Count)];
        objective.Begin(0, all, CancellationToken.None);
        var part = objective.Part(all, objective.Window(all));
        part.Loss.backward();
        return part;
    }

    private static void Near(IReadOnlyList<NamedWeight> plain, IReadOnlyList<NamedWeight> packed)
    {
        var (expected, actual) = (Flat(plain), Flat(packed));
        var size = expected.norm().item<float>();
        Assert.True(size > 1e-3, "there is no gradient to compare");
        var far = (expected - actual).norm().item<float>() / size;
        Assert.True(far <= Relative, $"the gradient is off by {far:E1} of its size, allowed {Relative:E1}");
    }

    private static Tensor Flat(IReadOnlyList<NamedWeight> weights) => cat([.. weights.Select(w => w.Value.grad!.flatten())]);
}
