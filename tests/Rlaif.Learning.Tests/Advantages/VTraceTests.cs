using Rlaif.Learning.Advantages;
using Rlaif.Learning.Tests.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Advantages;

public class VTraceTests
{
    [Fact]
    public void A_ratio_above_its_bound_counts_as_the_bound_and_one_below_as_it_is()
    {
        // Ratios 4 and 1/2, γ 1, V 1 and 1, r 0 and 3. v₁ = 1 + (3 - 1) / 2 = 2, A₁ = 1; v₀ = 1 + (0 + 1 - 1) + 1 · (2 - 1) = 2, A₀ = 0 + 2 - 1 = 1.
        using var scope = NewDisposeScope();
        static Tensor Row(params double[] numbers) => tensor(numbers).reshape(1, -1);
        var result = new VTrace().Of(Row(0, 3, 9), Row(1, 1, 9), Row(Math.Log(4), Math.Log(0.5), 9), Row(0, 0, 0), Row(1, 1, 0));
        Golden.Close([2, 2, 0], result.Returns.Doubles(), 1e-12, "targets");
        Golden.Close([1, 1, 0], result.Advantages.Doubles(), 1e-12, "advantages");
    }

    [Fact]
    public void On_policy_the_targets_are_the_returns_of_generalised_advantages()
    {
        using var scope = NewDisposeScope();
        var (rewards, values, logProbs) = (arange(8, float64).reshape(2, 4).sin(), arange(8, float64).reshape(2, 4).cos(), zeros(2, 4, float64));
        var mask = tensor([1, 1, 1, 1, 1, 1, 0, 0]).reshape(2, 4);
        var traced = new VTrace(Gamma: 0.9, Lambda: 0.7).Of(rewards, values, logProbs, logProbs, mask).Returns;
        Golden.Close(GeneralisedAdvantage.Of(rewards, values, mask, 0.9, 0.7).Returns.Doubles(), traced.Doubles(), 1e-12, "targets");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Targets_and_advantages_equal_the_reference_whatever_is_outside_the_mask(bool poisoned)
    {
        foreach (var golden in GoldenCase.All("rl/vtrace.json", poisoned))
        {
            using var scope = NewDisposeScope();
            VTrace trace = new(golden.Number("gamma"), golden.Number("lambda"), golden.Number("rho_bar"), golden.Number("c_bar"));
            var behaviour = golden.Tokens(golden.IsText("behaviour_logprobs") ? "current_logprobs" : "behaviour_logprobs");
            var result = trace.Of(golden.Tokens("rewards"), golden.Tokens("values"), golden.Tokens("current_logprobs"), behaviour, golden.Mask);
            golden.Close("value_targets", result.Returns);
            if (golden.Has("advantages"))
            {
                golden.Close("advantages", result.Advantages);
            }

            golden.AllSettingsWereRead();
        }
    }
}
