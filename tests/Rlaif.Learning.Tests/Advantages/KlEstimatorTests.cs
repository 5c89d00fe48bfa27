using System.Text.Json;
using Rlaif.Learning.Advantages;
using Rlaif.Learning.Tests.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Advantages;

public class KlEstimatorTests
{
    [Fact]
    public void Estimators_of_one_token_that_the_policy_likes_less_than_the_reference()
    {
        // d = -1: k1 -1, k2 1/2, k3 e - 1 - 1 = 0.71828.
        using var scope = NewDisposeScope();
        double Of(KlKind kind) => KlEstimator.Of(kind, tensor([-3.0]), tensor([-2.0]), ones(1)).ToDouble();
        Golden.Close([-1, 0.5, Math.E - 2, 1], [Of(KlKind.K1), Of(KlKind.K2), Of(KlKind.K3), Of(KlKind.Absolute)], 1e-15, "estimates");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Estimates_and_gradients_equal_the_reference_whatever_is_outside_the_mask(bool poisoned)
    {
        foreach (var golden in GoldenCase.All("rl/kl_estimators.json", poisoned).Where(c => c.Has("estimators")))
        {
            foreach (var expected in golden["estimators"].EnumerateObject())
            {
                using var scope = NewDisposeScope();
                var what = $"{golden.Name} {expected.Name}";
                var logProbs = golden.Leaf("logprobs");
                var clamped = expected.Name.EndsWith("_clamped_10", StringComparison.Ordinal);
                var kind = KlKinds.Of(clamped ? expected.Name[..^"_clamped_10".Length] : expected.Name);
                var perToken = KlEstimator.Of(kind, logProbs, golden.Tokens("ref_logprobs"), golden.Mask, clamped ? 10 : null);
                var (mean, sums) = (MaskedStatistics.Mean(perToken, golden.Mask), MaskedStatistics.RowSum(perToken, golden.Mask));
                mean.backward();
                foreach (var number in expected.Value.EnumerateObject())
                {
                    switch (number.Name)
                    {
                        case "per_token": golden.CloseWithin(number.Value, perToken, what); break;
                        case "token_mean": Golden.Close(number.Value, mean, 1e-9, what); break;
                        case "sequence_sum": Golden.Close(number.Value, sums, 1e-9, what); break;
                        case "mean_of_sequence_sums": Golden.Close(number.Value, sums.mean(), 1e-9, what); break;
                        case "gradient_of_token_mean": Golden.Close(number.Value, logProbs.grad!, 1e-9, what + " gradient"); break;
                        default: throw new InvalidDataException($"{what}: nothing is called {number.Name}");
                    }
                }
            }
        }
    }

    /// <summary>Exact, over a vocabulary: k1 as a loss teaches nothing, k2 the KL, k3 the other KL.</summary>
    [Fact]
    public void Expected_values_and_gradients_over_a_vocabulary_equal_the_reference()
    {
        foreach (var golden in GoldenCase.All("rl/kl_estimators.json").Where(c => !c.Has("estimators")))
        {
            using var scope = NewDisposeScope();
            foreach (var value in golden["expected_value"].EnumerateObject())
            {
                Golden.Close(value.Value, Expectation(golden, KlKinds.Of(value.Name), reward: false).Value, 1e-9, $"E {value.Name}");
            }

            foreach (var gradient in golden["expected_gradient_as_loss"].EnumerateObject())
            {
                Golden.Close(gradient.Value, Expectation(golden, KlKinds.Of(gradient.Name), reward: false).Gradient, 1e-9, $"E ∇{gradient.Name}");
            }

            golden.Close("expected_gradient_k1_as_reward", Expectation(golden, KlKind.K1, reward: true).Gradient);
            golden.Close("gradient_kl_policy_reference", Expectation(golden, KlKind.K2, reward: false).Gradient);
            golden.Close("gradient_kl_reference_policy", Expectation(golden, KlKind.K3, reward: false).Gradient);
        }
    }

    private static (Tensor Value, Tensor Gradient) Expectation(GoldenCase golden, KlKind kind, bool reward)
    {
        var logits = golden.Needed("policy_logits").requires_grad_();
        var logProbs = nn.functional.log_softmax(logits, 0);
        var kl = KlEstimator.Of(kind, logProbs, nn.functional.log_softmax(golden.Needed("reference_logits"), 0), ones_like(logits));
        var weights = logProbs.exp().detach();
        (weights * (reward ? kl.detach() * logProbs : kl)).sum().backward();
        return ((weights * kl).sum(), logits.grad!);
    }
}
