using System.Text.Json;
using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class PpoLossTests
{
    [Fact]
    public void A_ratio_beyond_the_bound_no_longer_pays_and_one_that_must_come_back_still_does()
    {
        // r 1.5: with A 1 the loss is -1.2 and still; with A -1 it is 1.5 and its gradient A's: -A r = 1.5.
        using var scope = NewDisposeScope();
        var logProbs = tensor([Math.Log(1.5), Math.Log(1.5)]).reshape(1, 2).requires_grad_();
        var result = PpoPolicyLoss.Of(logProbs, zeros(1, 2, float64), tensor([1.0, -1.0]).reshape(1, 2), ones(1, 2));
        result.Loss.backward();
        Golden.Close([(-1.2 + 1.5) / 2], result.Loss.Doubles(), 1e-12, "loss");
        Golden.Close([0, 0.75], logProbs.grad!.Doubles(), 1e-12, "gradient");
        Golden.Close([0.5], result.Statistics.ClipFractionHigh.Doubles(), 1e-12, "clipped above");
        Golden.Close([1.5], result.Statistics.RatioMax.Doubles(), 1e-12, "largest ratio");
    }

    [Fact]
    public void With_dual_clip_a_bad_token_costs_at_most_so_much()
    {
        // r 10, A -1: 10 without, 3 with c = 3, and no gradient there.
        using var scope = NewDisposeScope();
        var logProbs = tensor([Math.Log(10)]).reshape(1, 1).requires_grad_();
        var loss = PpoPolicyLoss.Of(logProbs, zeros(1, 1, float64), full(1, 1, -1.0, float64), ones(1, 1), dualClip: 3).Loss;
        loss.backward();
        Golden.Close([3, 0], [loss.ToDouble(), logProbs.grad!.ToDouble()], 1e-12, "loss and gradient");
    }

    [Fact]
    public void A_log_ratio_of_hundreds_is_held_where_its_exponential_is_finite()
    {
        using var scope = NewDisposeScope();
        var logProbs = tensor([800.0]).reshape(1, 1).requires_grad_();
        var loss = PpoPolicyLoss.Of(logProbs, zeros(1, 1, float64), full(1, 1, -1.0, float64), ones(1, 1)).Loss;
        loss.backward();
        Golden.Close([Math.Exp(20), 0], [loss.ToDouble(), logProbs.grad!.ToDouble()], 1e-12, "loss and gradient");
    }

    [Fact]
    public void Micro_batches_of_different_size_add_up_to_the_loss_of_the_whole_window()
    {
        using var scope = NewDisposeScope();
        var (now, old, advantages) = (arange(12, float64).reshape(3, 4).sin(), zeros(3, 4, float64), arange(12, float64).reshape(3, 4).cos());
        var mask = tensor([1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0]).reshape(3, 4);
        var whole = PpoPolicyLoss.Of(now, old, advantages, mask).Loss;
        var parts = PpoPolicyLoss.Of(now[..1], old[..1], advantages[..1], mask[..1], windowTokens: 7).Loss
            + PpoPolicyLoss.Of(now[1..], old[1..], advantages[1..], mask[1..], windowTokens: 7).Loss;
        Golden.Close(whole.Doubles(), parts.Doubles(), 1e-12, "policy");
        var values = PpoValueLoss.Of(now, old, advantages, mask).Loss;
        parts = PpoValueLoss.Of(now[..1], old[..1], advantages[..1], mask[..1], windowTokens: 7).Loss
            + PpoValueLoss.Of(now[1..], old[1..], advantages[1..], mask[1..], windowTokens: 7).Loss;
        Golden.Close(values.Doubles(), parts.Doubles(), 1e-12, "values");
    }

    [Fact]
    public void A_critic_that_moved_beyond_the_bound_towards_the_return_stops_there()
    {
        // V 0.5 from 0, R 1, ε 0.2: bound at 0.2, max(0.25, 0.64) / 2 = 0.32, no gradient. Explained: R does not vary, so nothing to explain.
        using var scope = NewDisposeScope();
        var values = tensor([0.5]).reshape(1, 1).requires_grad_();
        var result = PpoValueLoss.Of(values, zeros(1, 1, float64), ones(1, 1, float64), ones(1, 1));
        result.Loss.backward();
        Golden.Close([0.32], result.Loss.Doubles(), 1e-12, "loss");
        Golden.Close([0], values.grad!.Doubles(), 0, "gradient");
        Golden.Close([1], result.ClipFraction.Doubles(), 0, "clipped");
        Golden.Close([double.NaN], result.ExplainedVariance.Doubles(), 0, "explained");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Losses_statistics_and_gradients_equal_the_reference_whatever_is_outside_the_mask(bool poisoned)
    {
        foreach (var golden in GoldenCase.All("rl/ppo_losses.json", poisoned))
        {
            using var scope = NewDisposeScope();
            var (logProbs, values, logits) = (golden.Leaf("logprobs"), golden.Leaf("value_predictions"), golden.Needed("logits").requires_grad_());
            var policy = PpoPolicyLoss.Of(
                logProbs, golden.Tokens("old_logprobs"), golden.Tokens("advantages"), golden.Mask, PpoGolden.Clip(golden), golden.Optional("dual_clip"));
            var value = PpoValueLoss.Of(values, golden.Tokens("old_values"), golden.Tokens("returns"), golden.Mask, golden.Optional("clip_value"));
            PpoGolden.Compare(golden, policy, value, TokenDistribution.Entropy(logits), golden.Mask).backward();
            golden.CloseGradient("logprobs", logProbs.grad!);
            golden.CloseGradient("value_predictions", values.grad!);
            golden.CloseGradient("logits", logits.grad!);
            golden.AllSettingsWereRead();
        }
    }
}
