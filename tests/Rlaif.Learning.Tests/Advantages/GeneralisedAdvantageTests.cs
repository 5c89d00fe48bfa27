using Rlaif.Learning.Advantages;
using Rlaif.Learning.Tests.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Advantages;

public class GeneralisedAdvantageTests
{
    [Fact]
    public void An_advantage_of_a_finished_sequence_ignores_what_follows()
    {
        // γ 0.5, λ 0.5, V 4 then 2, r 1 then 3. δ₁ = 3 - 2 = 1; δ₀ = 1 + 0.5 · 2 - 4 = -2; A₀ = -2 + 0.25 · 1 = -1.75; R = 2.25 and 3.
        using var scope = NewDisposeScope();
        var (rewards, values) = (tensor([1.0, 3, 99]).reshape(1, 3), tensor([4.0, 2, double.NaN]).reshape(1, 3));
        var result = GeneralisedAdvantage.Of(rewards, values, tensor([1, 1, 0]).reshape(1, 3), gamma: 0.5, lambda: 0.5);
        Golden.Close([-1.75, 1, 0], result.Advantages.Doubles(), 1e-15, "advantages");
        Golden.Close([2.25, 3, 0], result.Returns.Doubles(), 1e-15, "returns");
    }

    [Fact]
    public void Padding_before_and_a_gap_within_a_response_change_nothing()
    {
        using var scope = NewDisposeScope();
        static Tensor Row(params double[] numbers) => tensor(numbers).reshape(1, -1);
        var plain = GeneralisedAdvantage.Of(Row(1, 3, -1), Row(4, 2, 0.5), Row(1, 1, 1), 0.9, 0.8).Advantages;
        var gap = GeneralisedAdvantage.Of(Row(7, 1, 3, 7, -1), Row(7, 4, 2, 7, 0.5), Row(0, 1, 1, 0, 1), 0.9, 0.8).Advantages;
        Golden.Close([0, .. plain.Doubles()[..2], 0, plain.Doubles()[2]], gap.Doubles(), 1e-15, "advantages");
    }

    [Fact]
    public void No_gradient_reaches_the_critic()
    {
        var values = ones(1, 2, float64).requires_grad_();
        Assert.False(GeneralisedAdvantage.Of(ones(1, 2, float64), values, ones(1, 2)).Returns.requires_grad);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Advantages_and_returns_equal_the_reference_whatever_is_outside_the_mask(bool poisoned)
    {
        foreach (var golden in GoldenCase.All("rl/gae.json", poisoned))
        {
            using var scope = NewDisposeScope();
            var result = GeneralisedAdvantage.Of(golden.Tokens("rewards"), golden.Tokens("values"), golden.Mask, golden.Number("gamma"), golden.Number("lambda"));
            golden.Close("advantages", result.Advantages);
            golden.Close("returns", result.Returns);
            golden.Close("whitened_advantages", MaskedStatistics.Whiten(result.Advantages, golden.Mask));
            golden.AllSettingsWereRead();
        }
    }
}
