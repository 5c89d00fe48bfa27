using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class GrpoLossTests
{
    /// <summary>Two responses of 1 and 3 tokens with A 1 and -2 on policy: every token costs -1 or 2.</summary>
    [Theory]
    [InlineData(GrpoVariant.Grpo, (-1 + 2) / 2.0)]
    [InlineData(GrpoVariant.Sapo, (-2 + (4 / 1.05)) / 2)]       // the gate is 1/2 · 4 / steepness
    [InlineData(GrpoVariant.Bnpo, (-1 + 6) / 4.0)]
    [InlineData(GrpoVariant.Dapo, (-1 + 6) / 4.0)]
    [InlineData(GrpoVariant.DrGrpo, (-1 + 6) / (2 * 3.0))]
    [InlineData(GrpoVariant.Luspo, (-1 + 6) / 2.0)]
    [InlineData(GrpoVariant.Cispo, ((-1 * -0.5) + (6 * -0.5)) / 4)]     // times log π, which is -0.5 everywhere
    [InlineData(GrpoVariant.Vespo, ((-1 * -0.5) + (6 * -0.5)) / 4)]
    public void On_policy_variants_differ_in_their_means(GrpoVariant variant, double expected)
    {
        using var scope = NewDisposeScope();
        Golden.Close([expected], GrpoLoss.Of(Two(), new() { Variant = variant }).Loss.Doubles(), 1e-12, variant.ToString());
    }

    [Theory]
    [InlineData(GrpoVariant.Grpo)]
    [InlineData(GrpoVariant.Sapo)]
    [InlineData(GrpoVariant.DrGrpo)]
    [InlineData(GrpoVariant.Dapo)]
    [InlineData(GrpoVariant.Luspo)]
    [InlineData(GrpoVariant.Cispo)]
    [InlineData(GrpoVariant.Vespo)]
    public void Micro_batches_of_different_size_add_up_to_the_loss_of_the_whole_window(GrpoVariant variant)
    {
        using var scope = NewDisposeScope();
        var (all, options) = (Two(), new GrpoOptions { Variant = variant });
        var window = GrpoWindow.Of(all.Mask, 3);
        GrpoBatch Part(Range rows) => new(all.LogProbs[rows], all.Old[rows], all.Advantages[rows], all.Mask[rows]);
        var parts = GrpoLoss.Of(Part(..1), options, window).Loss + GrpoLoss.Of(Part(1..), options, window).Loss;
        Golden.Close(GrpoLoss.Of(all, options, window).Loss.Doubles(), parts.Doubles(), 1e-12, variant.ToString());
    }

    [Fact]
    public void The_ratio_of_a_response_is_the_geometric_mean_of_its_tokens()
    {
        // 1.4 and 1 / 1.4: mean log-ratio 0. As tokens the first is clipped, as a response nothing is.
        using var scope = NewDisposeScope();
        GrpoBatch batch = new(tensor([Math.Log(1.4), -Math.Log(1.4)]).reshape(1, 2), zeros(1, 2, float64), ones(1, float64), ones(1, 2));
        Golden.Close([(-1.2 - (1 / 1.4)) / 2], GrpoLoss.Of(batch, new()).Loss.Doubles(), 1e-12, "tokens");
        Golden.Close([-1], GrpoLoss.Of(batch, new() { Level = RatioLevel.Sequence }).Loss.Doubles(), 1e-12, "response");
    }

    /// <summary>One token, log π -1: the loss and its gradient by log π.</summary>
    [Theory]
    [InlineData(GrpoVariant.Cispo, 2, 1, 1.5, -1.5)]                                    // the cap is a weight
    [InlineData(GrpoVariant.Cispo, 1.2, 1, 1.2, -1.2)]                                  // and the ratio below it has no gradient
    [InlineData(GrpoVariant.Vespo, 2, 1, 0.19914827347145578, -0.19914827347145578)]    // 2² e^(3(1-2))
    [InlineData(GrpoVariant.Vespo, 2, -1, -1.0826822658929016, 1.0826822658929016)]     // 2³ e^(2(1-2))
    [InlineData(GrpoVariant.Sapo, 2, 1, -2.92423431452002, -1.5728954659318548)]        // 4 σ(1), and 4 σ(1) σ(-1) r
    [InlineData(GrpoVariant.Grpo, 10, -1, 3, 0)]                                        // the ratio is capped at 3
    [InlineData(GrpoVariant.Grpo, 2, -1, 2, 2)]
    public void A_ratio_far_from_1_costs_by_its_variant(GrpoVariant variant, double ratio, double advantage, double loss, double gradient)
    {
        using var scope = NewDisposeScope();
        var logProbs = tensor([-1.0]).reshape(1, 1).requires_grad_();
        GrpoBatch batch = new(logProbs, logProbs.detach() - Math.Log(ratio), tensor([advantage]), ones(1, 1));
        var result = GrpoLoss.Of(batch, new() { Variant = variant, CispoCap = 1.5, RatioCap = 3 }).Loss;
        result.backward();
        Golden.Close([loss, gradient], [result.ToDouble(), logProbs.grad!.ToDouble()], 1e-12, variant.ToString());
    }

    [Theory]
    [InlineData(GrpoVariant.Dapo)]
    [InlineData(GrpoVariant.Cispo)]
    [InlineData(GrpoVariant.Sapo)]
    [InlineData(GrpoVariant.Vespo)]
    public void In_float32_everything_stays_float32(GrpoVariant variant)
    {
        using var scope = NewDisposeScope();
        var half = full(2, 3, -0.5f);
        GrpoBatch batch = new(half, half, tensor([1f, -2f]), ones(2, 3, ScalarType.Bool)) { Reference = half, Entropy = half, Weights = ones(2, 1) };
        GrpoOptions options = new() { Variant = variant, Beta = 0.1, EntropyWeight = 0.1, TopEntropy = 0.5, OffPolicyLimit = 1 };
        var result = GrpoLoss.Of(batch, options);
        Tensor[] all = [result.Loss, result.PolicyLoss, result.PerToken, result.Policy.KlK3, result.ClipHighMax, result.KlK3!, result.Entropy!];
        Assert.All(all, t => Assert.Equal(float32, t.dtype));
    }

    [Fact]
    public void On_policy_the_penalty_times_the_ratio_has_the_same_value_and_another_gradient()
    {
        // d = log π - log π_ref = 1: k3 = e^-1. Without the ratio the gradient is 1 - e^-1, with it that and k3, together 1 = d.
        using var scope = NewDisposeScope();
        (double Loss, double Gradient) Of(bool byRatio)
        {
            var logProbs = tensor([-1.0]).reshape(1, 1).requires_grad_();
            GrpoBatch batch = new(logProbs, logProbs.detach(), zeros(1, float64), ones(1, 1)) { Reference = tensor([-2.0]).reshape(1, 1) };
            var loss = GrpoLoss.Of(batch, new() { Beta = 1, KlByRatio = byRatio }).Loss;
            loss.backward();
            return (loss.ToDouble(), logProbs.grad!.ToDouble());
        }

        Golden.Close([Math.Exp(-1), 1 - Math.Exp(-1)], [Of(false).Loss, Of(false).Gradient], 1e-12, "without");
        Golden.Close([Math.Exp(-1), 1], [Of(true).Loss, Of(true).Gradient], 1e-12, "with");
    }

    [Fact]
    public void A_penalty_without_a_reference_is_refused() =>
        Assert.Contains("KL penalty", Assert.Throws<ArgumentException>(() => GrpoLoss.Of(Two(), new() { Beta = 0.1 })).Message, StringComparison.Ordinal);

    private static GrpoBatch Two()
    {
        var logProbs = full(2, 3, -0.5, float64);
        return new(logProbs, logProbs, tensor([1.0, -2.0]), tensor([1, 0, 0, 1, 1, 1]).reshape(2, 3));
    }
}
