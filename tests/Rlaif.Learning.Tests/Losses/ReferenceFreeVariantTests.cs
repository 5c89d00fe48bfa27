using System.Text.Json;
using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class ReferenceFreeVariantTests
{
    [Fact]
    public void Simpo_and_cpo_equal_the_reference()
    {
        var cases = Golden.Read("losses/cpo_simpo_orpo.json").GetProperty("cpo").EnumerateArray().ToArray();
        Assert.True(cases.Length >= 7);
        foreach (var golden in cases)
        {
            using var scope = NewDisposeScope();
            var name = golden.GetProperty("name").GetString()!;
            var (chosen, rejected, given) = Inputs(golden);
            var loss = new ReferenceFreeVariant(Recipe(golden)).Of(given, Ones(chosen), ones_like(chosen.detach()));
            loss.PerPair.mean().backward();
            Golden.Close(golden.GetProperty("per_example"), loss.PerPair, 1e-9, name);
            Golden.Close(golden.GetProperty("gradients").GetProperty("policy_chosen_logps"), chosen.grad!, 1e-9, name + " d chosen");
            Golden.Close(golden.GetProperty("gradients").GetProperty("policy_rejected_logps"), rejected.grad!, 1e-9, name + " d rejected");
        }
    }

    /// <summary>TRL computes this one in float32.</summary>
    [Fact]
    public void Orpo_equals_the_reference_even_where_a_probability_is_next_to_one_or_to_nothing()
    {
        foreach (var golden in Golden.Read("losses/cpo_simpo_orpo.json").GetProperty("orpo").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            var name = golden.GetProperty("name").GetString()!;
            var (chosen, rejected, given) = Inputs(golden);
            var loss = OrpoLoss.Of(given, golden.GetProperty("hyper").GetProperty("beta").GetDouble());
            loss.mean().backward();
            Golden.Close(golden.GetProperty("per_example"), loss, 1e-9, name);
            Golden.Close(golden.GetProperty("gradients").GetProperty("policy_chosen_logps"), chosen.grad!, 1e-9, name + " d chosen");
            Golden.Close(golden.GetProperty("gradients").GetProperty("policy_rejected_logps"), rejected.grad!, 1e-9, name + " d rejected");
        }
    }

    [Fact]
    public void The_likelihood_term_is_the_mean_over_the_tokens_of_the_chosen_response()
    {
        // 6 nats over 3 tokens: 2 nats per token. Both responses alike: the odds are even, -0.1 log σ(0) = 0.0693.
        using var scope = NewDisposeScope();
        var loss = new ReferenceFreeVariant(new() { Orpo = new() }).Of(new(tensor([-6.0]), tensor([-4.0])), new(tensor([3.0]), tensor([2.0])), tensor([1.0]));
        Golden.Close([2 + (0.1 * Math.Log(2))], loss.PerPair.Doubles(), 1e-12, "orpo");
    }

    [Theory]
    [InlineData("simpo")]
    [InlineData("cpo")]
    [InlineData("orpo")]
    public void A_pair_and_its_mirror_with_the_mirrored_label_have_one_loss(string name)
    {
        using var scope = NewDisposeScope();
        var (sums, lengths, preference) = (new PairLogProbs(tensor([-12.0]), tensor([-14.0])), new PairLengths(tensor([5.0]), tensor([7.0])), tensor([0.7]));
        var variant = new ReferenceFreeVariant(name switch { "simpo" => new() { Simpo = new() }, "cpo" => new() { Cpo = new() }, _ => new() { Orpo = new() } });
        var mirrored = variant.Of(new(sums.Rejected, sums.Chosen), new(lengths.Rejected, lengths.Chosen), 1 - preference);
        Golden.Close(variant.Of(sums, lengths, preference).PerPair.Doubles(), mirrored.PerPair.Doubles(), 1e-12, name);
    }

    private static (Tensor Chosen, Tensor Rejected, PairLogProbs Both) Inputs(JsonElement golden)
    {
        var inputs = golden.GetProperty("inputs");
        var (chosen, rejected) = (
            inputs.GetProperty("policy_chosen_logps").Tensor(ScalarType.Float64).requires_grad_(),
            inputs.GetProperty("policy_rejected_logps").Tensor(ScalarType.Float64).requires_grad_());
        return (chosen, rejected, new(chosen, rejected));
    }

    // The files hold what the loss takes, sums or means: of one token they are the same.
    private static PairLengths Ones(Tensor like) => new(ones_like(like.detach()), ones_like(like.detach()));

    private static OptimizationRecipe Recipe(JsonElement golden)
    {
        var hyper = golden.GetProperty("hyper");
        double Number(string key) => hyper.TryGetProperty(key, out var value) ? value.GetDouble() : 0;
        var loss = golden.GetProperty("loss_type").GetString()!;
        return loss == "simpo"
            ? new() { Simpo = new() { Beta = Number("beta"), Gamma = Number("gamma"), Alpha = Number("alpha"), LabelSmoothing = Number("label_smoothing") } }
            : new() { Cpo = new() { Loss = loss, Beta = Number("beta"), NllWeight = 0 } };
    }
}
