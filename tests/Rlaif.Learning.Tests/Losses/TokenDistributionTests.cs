using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class TokenDistributionTests
{
    [Fact]
    public void Temperature_divides_logits_before_the_softmax()
    {
        // Logits 0 and ln 9 at T 2: odds 3, so p = 1/4 and 3/4; the entropy is 0.5623 nats.
        using var scope = NewDisposeScope();
        var logits = tensor([0, Math.Log(9)]).reshape(1, 2);
        Golden.Close([Math.Log(0.25)], TokenDistribution.LogProbs(logits, tensor([0L]), temperature: 2).Doubles(), 1e-15, "log-probability");
        Golden.Close([-((0.25 * Math.Log(0.25)) + (0.75 * Math.Log(0.75)))], TokenDistribution.Entropy(logits, temperature: 2).Doubles(), 1e-15, "entropy");
    }

    [Fact]
    public void A_forbidden_token_adds_nothing_to_entropy_and_gradient()
    {
        using var scope = NewDisposeScope();
        var logits = tensor([1.0, double.NegativeInfinity, 1.0]).reshape(1, 3).requires_grad_();
        var entropy = TokenDistribution.Entropy(logits);
        entropy.sum().backward();
        Golden.Close([Math.Log(2)], entropy.Doubles(), 1e-15, "entropy");
        Golden.Close([0, 0, 0], logits.grad!.Doubles(), 1e-15, "gradient");
    }

    [Fact]
    public void Log_probabilities_entropies_and_gradients_equal_the_reference()
    {
        foreach (var golden in GoldenCase.All("rl/logprobs_entropy.json"))
        {
            using var scope = NewDisposeScope();
            var (ids, weights, temperature) = (golden.Needed("ids").to(ScalarType.Int64), golden.Needed("weights"), golden.Number("temperature"));
            var (one, other) = (golden.Needed("logits").requires_grad_(), golden.Needed("logits").requires_grad_());
            var (logProbs, entropy) = (TokenDistribution.LogProbs(one, ids, temperature), TokenDistribution.Entropy(other, temperature));
            (weights * logProbs).sum().backward();
            (weights * entropy).sum().backward();
            golden.Close("logprobs", logProbs);
            golden.Close("entropy", entropy);
            golden.CloseGradient("logits of sum(weights*logprobs)", one.grad!);
            golden.CloseGradient("logits of sum(weights*entropy)", other.grad!);
            golden.AllSettingsWereRead();
        }
    }
}
