using Rlaif.Learning.Advantages;
using Rlaif.Learning.Tests.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Advantages;

public class ImportanceWeightTests
{
    [Theory]
    [InlineData(WeightLevel.Token, WeightLimit.Truncate, new[] { 3.0, 2, 1 })]
    [InlineData(WeightLevel.Token, WeightLimit.Mask, new[] { 0.0, 2, 1 })]
    [InlineData(WeightLevel.Sequence, WeightLimit.Truncate, new[] { 3.0 })]
    [InlineData(WeightLevel.Sequence, WeightLimit.Mask, new[] { 0.0 })]
    public void Tokens_of_ratio_4_and_2_make_a_response_of_ratio_8(WeightLevel level, WeightLimit limit, double[] expected)
    {
        using var scope = NewDisposeScope();
        var (now, before) = (tensor([Math.Log(4), Math.Log(2), double.NaN]).reshape(1, 3), zeros(1, 3, float64));
        var weights = ImportanceWeight.Of(now.requires_grad_(), before, tensor([1, 1, 0]).reshape(1, 3), level, limit, most: 3);
        Golden.Close(expected, weights.Doubles(), 1e-12, "weights");
        Assert.False(weights.requires_grad);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_equal_the_reference_whatever_is_outside_the_mask(bool poisoned)
    {
        foreach (var golden in GoldenCase.All("rl/importance_weights.json", poisoned))
        {
            using var scope = NewDisposeScope();
            var (level, limit) = golden.Text("mode") switch
            {
                "token_truncate" => (WeightLevel.Token, WeightLimit.Truncate),
                "token_mask" => (WeightLevel.Token, WeightLimit.Mask),
                "sequence_truncate" => (WeightLevel.Sequence, WeightLimit.Truncate),
                "sequence_mask" => (WeightLevel.Sequence, WeightLimit.Mask),
                var other => throw new InvalidDataException($"no mode is called {other}"),
            };
            golden.Close("weights", ImportanceWeight.Of(
                golden.Tokens("current_logprobs"), golden.Tokens("behaviour_logprobs"), golden.Mask, level, limit, golden.Number("max"), golden.Optional("min")));
            golden.AllSettingsWereRead();
        }
    }
}
