using System.Text.Json;
using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class PairVariantTests
{
    private static readonly string[] Losses =
    [
        "sigmoid", "sigmoidPerToken", "robust", "hinge", "ipo", "ipoPerSequence", "exo", "nca", "bco", "sppo", "aot", "aotUnpaired", "apoZero", "apoDown", "discopop",
    ];

    public static TheoryData<string> Names => [.. Losses];

    [Fact]
    public void Losses_and_gradients_of_every_variant_equal_the_reference()
    {
        var cases = Golden.Cases("losses/dpo.json");
        Assert.True(cases.Length >= 95);
        foreach (var golden in cases)
        {
            using var scope = NewDisposeScope();
            var name = golden.GetProperty("name").GetString()!;
            var (perPair, margins, chosen, rejected) = Of(golden, ScalarType.Float64);
            var gradients = golden.GetProperty("gradients");
            Golden.Close(golden.GetProperty("per_example"), perPair, 1e-9, name);
            Golden.Close(golden.GetProperty("mean"), perPair.mean(), 1e-9, name + " mean");
            Golden.Close(golden.GetProperty("metrics").GetProperty("rewards/margins"), margins.mean(), 1e-9, name + " margins");
            Golden.Close(gradients.GetProperty("policy_chosen_logps"), chosen, 1e-9, name + " d chosen");
            Golden.Close(gradients.GetProperty("policy_rejected_logps"), rejected, 1e-9, name + " d rejected");
        }
    }

    /// <summary>On inputs that both types hold: hundreds of nats in float32 are off by 4e-6 before anything is computed.</summary>
    [Fact]
    public void In_float32_every_variant_is_what_it_is_in_float64()
    {
        foreach (var golden in Golden.Cases("losses/dpo.json"))
        {
            using var scope = NewDisposeScope();
            var name = golden.GetProperty("name").GetString()!;
            var hard = name.StartsWith("extreme", StringComparison.Ordinal) || name.StartsWith("overflow", StringComparison.Ordinal);
            if (hard && name.EndsWith("_kl", StringComparison.Ordinal))
            {
                continue;       // e^600
            }

            var (expected, actual) = (Of(golden, ScalarType.Float64, rounded: true), Of(golden, ScalarType.Float32));
            var tolerance = hard ? 1e-4 : 2e-6;
            Golden.Close(expected.PerPair.Doubles(), actual.PerPair.Doubles(), tolerance, name);
            Golden.Close(expected.Chosen.Doubles(), actual.Chosen.Doubles(), tolerance, name + " d chosen");
            Golden.Close(expected.Rejected.Doubles(), actual.Rejected.Doubles(), tolerance, name + " d rejected");
        }
    }

    /// <summary>Loss and margin of each pair, and the gradients of the mean loss.</summary>
    private static (Tensor PerPair, Tensor Margins, Tensor Chosen, Tensor Rejected) Of(JsonElement golden, ScalarType type, bool rounded = false)
    {
        var (inputs, hyper) = (golden.GetProperty("inputs"), golden.GetProperty("hyper"));
        Tensor Input(string of) => inputs.GetProperty(of).Tensor(rounded ? ScalarType.Float32 : type).to_type(type);
        var (chosen, rejected) = (Input("policy_chosen_logps").requires_grad_(), Input("policy_rejected_logps").requires_grad_());
        var variant = new PairVariant(TrlNames.Variant(golden.GetProperty("loss_type").GetString()!, hyper), hyper.GetProperty("beta").GetDouble());
        var preference = inputs.TryGetProperty("chosen_probability", out _) ? Input("chosen_probability") : ones_like(chosen.detach());
        var loss = variant.Of(
            new(chosen, rejected), new(Input("ref_chosen_logps"), Input("ref_rejected_logps")), new(Input("chosen_lengths"), Input("rejected_lengths")), preference);
        loss.PerPair.mean().backward();
        return (loss.PerPair, loss.Margins, chosen.grad!, rejected.grad!);
    }

    /// <summary>Whoever wrote the pair may have put either response first; sorted batches turn each to the better one.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_pair_and_its_mirror_with_the_mirrored_label_have_one_loss(string name)
    {
        using var scope = NewDisposeScope();
        var (policy, reference) = (new PairLogProbs(tensor([-12.0, -30.5]), tensor([-14.0, -21.0])), new PairLogProbs(tensor([-13.0, -29.0]), tensor([-13.5, -24.0])));
        var (lengths, preference) = (new PairLengths(tensor([5.0, 9.0]), tensor([7.0, 4.0])), tensor([0.9, 0.3]));
        var variant = new PairVariant(new() { Loss = name, LabelSmoothing = 0.1 }, beta: 0.2);
        var loss = variant.Of(policy, reference, lengths, preference);
        var mirrored = variant.Of(new(policy.Rejected, policy.Chosen), new(reference.Rejected, reference.Chosen), new(lengths.Rejected, lengths.Chosen), 1 - preference);
        Golden.Close(loss.PerPair.Doubles(), mirrored.PerPair.Doubles(), 1e-12, name);
    }

    /// <summary>Discopop alone has the other slope there: dL/dx = (1-m)(-1/2) - m + m' (1 - ln 2) = 0.78 at m = 1/2, m' = 1/(4τ).</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Descent_on_a_decided_pair_widens_its_margin_from_where_policy_and_reference_are_one(string name)
    {
        using var scope = NewDisposeScope();
        var (chosen, rejected) = (tensor([-12.0], requires_grad: true), tensor([-14.0], requires_grad: true));
        var same = new PairLogProbs(tensor([-12.0]), tensor([-14.0]));
        new PairVariant(new() { Loss = name, LabelSmoothing = 0.1 }, beta: 0.1).Of(new(chosen, rejected), same, new(tensor([5.0]), tensor([7.0])), tensor([1.0])).PerPair.sum().backward();
        Assert.Equal(name != "discopop", chosen.grad!.item<double>() < rejected.grad!.item<double>());
    }

    [Fact]
    public void A_soft_label_gives_ipo_and_sppo_a_target_between_those_of_its_sides()
    {
        // p 0.75, β 0.25: IPO's target is (2p-1) / (2β) = 1 nat; SPPO's for the chosen response the same. There the gradient is 0.
        using var scope = NewDisposeScope();
        foreach (var (name, chosen, rejected) in new[] { ("ipoPerSequence", 0.4, -0.6), ("sppo", 1.0, -1.0) })
        {
            var (c, r) = (tensor([chosen], requires_grad: true), tensor([rejected], requires_grad: true));
            var zero = zeros(1, float64);
            new PairVariant(new() { Loss = name }, beta: 0.25).Of(new(c, r), new(zero, zero), new(zero + 1, zero + 1), tensor([0.75])).PerPair.sum().backward();
            Golden.Close([0], c.grad!.Doubles(), 1e-12, name);
            Golden.Close([0], r.grad!.Doubles(), 1e-12, name);
        }
    }

    [Fact]
    public void Without_a_variant_it_is_dpo_on_soft_labels()
    {
        using var scope = NewDisposeScope();
        var (policy, reference) = (new PairLogProbs(tensor([-12.0]), tensor([-14.0])), new PairLogProbs(tensor([-13.0]), tensor([-13.5])));
        var preference = tensor([0.8]);
        var expected = DpoLoss.Of(policy, reference, preference, 0.1).PerPair.Doubles();
        Assert.Equal(expected, new PairVariant(null, 0.1).Of(policy, reference, new(tensor([5.0]), tensor([7.0])), preference).PerPair.Doubles());
    }
}
