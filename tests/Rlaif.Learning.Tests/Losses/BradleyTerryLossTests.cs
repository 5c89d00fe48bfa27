using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class BradleyTerryLossTests
{
    [Fact]
    public void Equal_rewards_cost_ln_2_whatever_the_label()
    {
        var zero = zeros(3, float64);
        var loss = BradleyTerryLoss.Of(zero, zero, tensor([1.0, 0.5, 0.1]));
        Golden.Close([Math.Log(2), Math.Log(2), Math.Log(2)], loss.PerPair.Doubles(), 1e-15, "loss");
    }

    [Fact]
    public void A_margin_asks_the_better_reward_to_lead_by_it()
    {
        // d 2, m 2: as if the rewards were equal, -log σ(0) = ln 2. p = 0 asks the other side to lead: -log σ(-2 - 2) = 4.0181499.
        var loss = BradleyTerryLoss.Of(tensor([3.0, 3.0]), tensor([1.0, 1.0]), tensor([1.0, 0.0]), margin: tensor([2.0, 2.0]));
        Golden.Close([Math.Log(2), 4.0181499], loss.PerPair.Doubles(), 1e-7, "loss");
    }

    [Fact]
    public void Centring_draws_the_sum_of_both_rewards_to_zero_and_leaves_their_difference_alone()
    {
        // c 0.01, sum 4: 0.01 · 16 = 0.16 more; the same gradient 2 · 0.01 · 4 = 0.08 more on both sides.
        double[] Gradients(double centring)
        {
            var (chosen, rejected) = (tensor([3.0], requires_grad: true), tensor([1.0], requires_grad: true));
            BradleyTerryLoss.Of(chosen, rejected, ones(1, float64), centring: centring).PerPair.sum().backward();
            return [chosen.grad!.Doubles()[0], rejected.grad!.Doubles()[0]];
        }

        var (with, without) = (Gradients(0.01), Gradients(0));
        Golden.Close([0.08, 0.08], [with[0] - without[0], with[1] - without[1]], 1e-12, "gradient");
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Losses_and_gradients_equal_the_reference(ScalarType type)
    {
        var cases = Golden.Cases("losses/reward_model.json");
        Assert.Equal(11, cases.Length);
        foreach (var golden in cases)
        {
            using var scope = NewDisposeScope();
            var name = golden.GetProperty("name").GetString()!;
            var inputs = golden.GetProperty("inputs");
            Tensor? Input(string of) => inputs.TryGetProperty(of, out var numbers) ? numbers.Tensor(type) : null;
            var (chosen, rejected) = (Input("rewards_chosen")!.requires_grad_(), Input("rewards_rejected")!.requires_grad_());
            var coefficient = golden.GetProperty("hyper").GetProperty("center_rewards_coefficient");
            var centring = coefficient.ValueKind == System.Text.Json.JsonValueKind.Null ? 0 : coefficient.GetDouble();

            var preference = Input("chosen_probability") ?? ones_like(chosen.detach());
            var loss = BradleyTerryLoss.Of(chosen, rejected, preference, Input("margin"), centring);
            var mean = loss.PerPair.mean();
            mean.backward();

            var tolerance = type == ScalarType.Float64 ? 1e-9 : name.Contains("extreme", StringComparison.Ordinal) ? 1e-4 : 2e-6;
            var perExample = golden.GetProperty("per_example").Flatten().Zip(golden.GetProperty("per_example_centering").Flatten(), (a, b) => a + b);
            var gradients = golden.GetProperty("gradients");
            Golden.Close([.. perExample], loss.PerPair.Doubles(), tolerance, name);
            Golden.Close(golden.GetProperty("mean"), mean, tolerance, name + " mean");
            Golden.Close(golden.GetProperty("metrics").GetProperty("margin"), loss.Margins.mean(), tolerance, name + " margin");
            Golden.Close(golden.GetProperty("metrics").GetProperty("accuracy"), loss.Margins.gt(0).to_type(type).mean(), tolerance, name + " accuracy");
            Golden.Close(gradients.GetProperty("rewards_chosen"), chosen.grad!, tolerance, name + " d chosen");
            Golden.Close(gradients.GetProperty("rewards_rejected"), rejected.grad!, tolerance, name + " d rejected");
        }
    }
}
