using Rlaif.Learning.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class KtoLossTests
{
    private static readonly (double, double) Even = (1, 1);

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Losses_baseline_and_gradients_equal_the_reference(ScalarType type)
    {
        var cases = Golden.Cases("losses/kto.json");
        Assert.True(cases.Length >= 7);
        foreach (var golden in cases)
        {
            using var scope = NewDisposeScope();
            var name = golden.GetProperty("name").GetString()!;
            var recipe = TrlNames.Kto(golden.GetProperty("loss_type").GetString()!, golden.GetProperty("hyper"));
            // Sums of hundreds of nats are off in float32 before anything is computed: log-ratios are taken in float64 first.
            Tensor Input(string of) => golden.GetProperty("inputs").GetProperty(of).Tensor(ScalarType.Float64);
            var ratios = (Input("policy_logps") - Input("ref_logps")).to_type(type).requires_grad_();
            var baseline = recipe.Loss == "kto" ? KtoLoss.Baseline((Input("policy_kl_logps") - Input("ref_kl_logps")).to_type(type)) : 0;
            var loss = KtoLoss.Of(ratios, Input("desirable").to_type(type), baseline, recipe.Beta, (recipe.DesirableWeight, recipe.UndesirableWeight));
            loss.mean().backward();

            var tolerance = type == ScalarType.Float64 ? 1e-9 : name.StartsWith("extreme", StringComparison.Ordinal) ? 1e-4 : 2e-6;
            Golden.Close(golden.GetProperty("per_example"), loss, tolerance, name);
            Golden.Close(golden.GetProperty("mean"), loss.mean(), tolerance, name + " mean");
            Golden.Close([golden.GetProperty("metrics").GetProperty("kl").GetDouble()], [baseline], tolerance, name + " baseline");
            Golden.Close(golden.GetProperty("gradients").GetProperty("policy_logps"), ratios.grad!, tolerance, name + " gradient");
        }
    }

    [Fact]
    public void A_policy_that_is_its_reference_loses_one_half_whatever_the_label()
    {
        var loss = KtoLoss.Of(zeros(3, float64), tensor([1.0, 0.0, 0.3]), baseline: 0, beta: 0.1, Even);
        Golden.Close([0.5, 0.5, 0.5], loss.Doubles(), 1e-15, "loss");
    }

    [Fact]
    public void A_soft_label_pulls_by_how_far_it_is_from_one_half()
    {
        // u = z: dL/du = β σ' (1 - 2q) = 0.4 · 0.25 (1 - 2q): -0.1, -0.05, 0 and +0.1 for q 1, 0.75, 0.5 and 0.
        var ratios = full(4, 2.0, float64).requires_grad_();
        KtoLoss.Of(ratios, tensor([1, 0.75, 0.5, 0]), baseline: 2, beta: 0.4, Even).sum().backward();
        Golden.Close([-0.1, -0.05, 0, 0.1], ratios.grad!.Doubles(), 1e-12, "gradient");
    }

    [Fact]
    public void A_baseline_moves_where_the_pull_is_strongest_and_not_below_zero()
    {
        // σ' is largest where u = z: of log-ratios 0, 1, 2 with z = 1 it is the second that is pulled most.
        var ratios = tensor([0.0, 1.0, 2.0], requires_grad: true);
        KtoLoss.Of(ratios, ones(3, float64), KtoLoss.Baseline(tensor([0.5, 1.5])), beta: 1, Even).sum().backward();
        var pulls = ratios.grad!.Doubles();
        Assert.True(pulls[1] < pulls[0] && pulls[1] < pulls[2]);
        Assert.Equal(0, KtoLoss.Baseline(tensor([-3.0, 1.0])));
    }
}
