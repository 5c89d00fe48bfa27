using System.Text.Json;
using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class DpoLossTests
{
    [Fact]
    public void Before_the_first_step_the_loss_is_ln_2()
    {
        var same = new PairLogProbs(tensor([-20.0, -7.5]), tensor([-31.0, -2.0]));
        var loss = DpoLoss.Of(same, same, tensor([1.0, 0.3]), beta: 0.1);
        Golden.Close([Math.Log(2), Math.Log(2)], loss.PerPair.Doubles(), 1e-15, "loss");
    }

    [Fact]
    public void A_tied_pair_pulls_the_margin_to_zero()
    {
        // β 0.5, Δ 2: βΔ = 1. dL/dΔ = β (σ(1) - p) = 0.5 (0.7310586 - 0.5) = 0.1155293 > 0: descent lowers the margin.
        var chosen = tensor([-10.0], requires_grad: true);
        var zero = zeros(1, float64);
        DpoLoss.Of(new(chosen, zero - 12), new(zero, zero), tensor([0.5]), beta: 0.5).PerPair.sum().backward();
        Golden.Close([0.1155293], chosen.grad!.Doubles(), 1e-7, "gradient");
    }

    [Fact]
    public void A_soft_label_has_its_least_loss_where_the_margin_is_its_log_odds()
    {
        // p 0.8: βΔ = ln(0.8 / 0.2) = ln 4, and the loss there is the label's entropy, 0.5004 nats: it never reaches 0.
        var chosen = tensor([Math.Log(4) / 0.1], requires_grad: true);
        var zero = zeros(1, float64);
        var loss = DpoLoss.Of(new(chosen, zero), new(zero, zero), tensor([0.8]), beta: 0.1).PerPair;
        loss.sum().backward();
        Golden.Close([-((0.8 * Math.Log(0.8)) + (0.2 * Math.Log(0.2)))], loss.Doubles(), 1e-12, "loss");
        Golden.Close([0], chosen.grad!.Doubles(), 1e-12, "gradient");
    }

    /// <summary>Of the sigmoid; <see cref="PairVariantTests"/> has the other variants too.</summary>
    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Losses_margins_and_gradients_equal_the_reference(ScalarType type)
    {
        var cases = Golden.Cases("losses/dpo.json").Where(IsSigmoid).ToArray();
        Assert.Equal(15, cases.Length);
        foreach (var golden in cases)
        {
            using var scope = NewDisposeScope();
            var name = golden.GetProperty("name").GetString()!;
            var inputs = golden.GetProperty("inputs");
            Tensor Input(string of) => inputs.GetProperty(of).Tensor(type);
            var (chosen, rejected) = (Input("policy_chosen_logps").requires_grad_(), Input("policy_rejected_logps").requires_grad_());

            var beta = golden.GetProperty("hyper").GetProperty("beta").GetDouble();
            var loss = DpoLoss.Of(new(chosen, rejected), new(Input("ref_chosen_logps"), Input("ref_rejected_logps")), Preference(golden, chosen), beta);
            var mean = loss.PerPair.mean();
            mean.backward();

            var hard = name.StartsWith("extreme", StringComparison.Ordinal) || name.StartsWith("overflow", StringComparison.Ordinal);
            var tolerance = type == ScalarType.Float64 ? 1e-9 : hard ? 1e-4 : 2e-6;
            var gradients = golden.GetProperty("gradients");
            var metrics = golden.GetProperty("metrics");
            Golden.Close(golden.GetProperty("per_example"), loss.PerPair, tolerance, name);
            Golden.Close(golden.GetProperty("mean"), mean, tolerance, name + " mean");
            Golden.Close(metrics.GetProperty("rewards/margins"), loss.Margins.mean(), tolerance, name + " margins");
            if (type == ScalarType.Float64 || !hard)    // one extreme margin is 1e-9, which float32 cannot hold beside -10
            {
                Golden.Close(metrics.GetProperty("rewards/accuracies"), loss.Margins.gt(0).to_type(type).mean(), tolerance, name + " accuracy");
            }

            Golden.Close(gradients.GetProperty("policy_chosen_logps"), chosen.grad!, tolerance, name + " d chosen");
            Golden.Close(gradients.GetProperty("policy_rejected_logps"), rejected.grad!, tolerance, name + " d rejected");
        }
    }

    private static bool IsSigmoid(JsonElement golden) =>
        golden.GetProperty("loss_type").GetString() is "sigmoid" or "cdpo" or "soft" && !golden.GetProperty("hyper").TryGetProperty("f_divergence", out _);

    /// <summary>Conservative DPO with smoothing ε is the soft label 1-ε.</summary>
    private static Tensor Preference(JsonElement golden, Tensor like) =>
        golden.GetProperty("inputs").TryGetProperty("chosen_probability", out var soft) ? soft.Tensor(like.dtype)
        : full_like(like.detach(), golden.GetProperty("hyper").TryGetProperty("label_smoothing", out var smoothing) ? 1 - smoothing.GetDouble() : 1);
}
