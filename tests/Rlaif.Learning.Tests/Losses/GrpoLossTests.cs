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
