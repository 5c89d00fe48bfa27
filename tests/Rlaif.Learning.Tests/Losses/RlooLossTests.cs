using Rlaif.Learning.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Losses;

public class RlooLossTests
{
    [Fact]
    public void A_response_has_one_ratio_the_product_of_its_tokens()
    {
        // 1.1 · 1.1 = 1.21 is beyond 1.2, which neither token is: loss -1.2, no gradient. The second response is on policy: its gradient is -A / 2 per token.
        using var scope = NewDisposeScope();
        var logProbs = tensor([Math.Log(1.1), Math.Log(1.1), 0, 0]).reshape(2, 2).requires_grad_();
        var result = RlooLoss.Of(logProbs, zeros(2, 2, float64), tensor([1.0, 3.0]), ones(2, 2));
        result.Loss.backward();
        Golden.Close([(-1.2 - 3) / 2], result.Loss.Doubles(), 1e-12, "loss");
        Golden.Close([0, 0, -1.5, -1.5], logProbs.grad!.Doubles(), 1e-12, "gradient");
        Golden.Close([0.5], result.Statistics.ClipFraction.Doubles(), 1e-12, "clipped");
    }

    [Fact]
    public void A_response_without_tokens_is_none()
    {
        using var scope = NewDisposeScope();
        var mask = tensor([1, 1, 0, 0]).reshape(2, 2);
        Golden.Close([-3], RlooLoss.Of(zeros(2, 2, float64), zeros(2, 2, float64), tensor([3.0, 100.0]), mask).Loss.Doubles(), 1e-12, "loss");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Losses_and_gradients_equal_the_reference_whatever_is_outside_the_mask(bool poisoned)
    {
        foreach (var golden in GoldenCase.All("rl/rloo_losses.json", poisoned))
        {
            using var scope = NewDisposeScope();
            var logProbs = golden.Leaf("logprobs");
            RatioClip clip = new(golden.Number("epsilon_low"), golden.Number("epsilon_high"));
            var (old, advantages) = (golden.Tokens("old_logprobs"), golden.Needed("advantages"));
            var loss = RlooLoss.Of(logProbs, old, advantages, golden.Mask, clip).Loss;
            loss.backward();
            golden.Close("loss", loss);
            golden.CloseGradient("logprobs", logProbs.grad!);
            var alone = Enumerable.Range(0, (int)advantages.shape[0]).Select(i =>
                RlooLoss.Of(logProbs.detach()[i..(i + 1)], old[i..(i + 1)], advantages[i..(i + 1)], golden.Mask[i..(i + 1)], clip).Loss);
            golden.Close("per_example", stack([.. alone]));
            golden.AllSettingsWereRead();
        }
    }
}
