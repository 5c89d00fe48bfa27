using Rlaif.Learning.Optimization;
using Rlaif.Learning.Tests.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Optimization;

public class GradientClipTests
{
    [Fact]
    public void One_norm_over_all_gradients_decides()
    {
        // Norm 5 over both, largest 1: each is scaled by 1 / (5 + 1e-6).
        Tensor[] gradients = [tensor([3.0]), tensor([4.0])];
        Assert.Equal(5, GradientClip.Apply(gradients, 1).ToDouble(), 12);
        Golden.Close([3 / 5.000001, 4 / 5.000001], [.. gradients.SelectMany(g => g.Doubles())], 1e-12, "clipped");
    }

    [Fact]
    public void A_gradient_that_is_not_finite_has_a_norm_that_is_not_finite() =>
        Assert.False(double.IsFinite(GradientClip.Apply([tensor([1.0, double.NaN])], 1).ToDouble()));

    [Fact]
    public void Norms_and_clipped_gradients_equal_the_reference()
    {
        var cases = Golden.Cases("rl/gradient_clipping.json");
        Assert.Equal(7, cases.Length);
        foreach (var golden in cases)
        {
            var name = golden.GetProperty("name").GetString()!;
            var gradients = golden.GetProperty("inputs").GetProperty("gradients").EnumerateObject().Select(g => g.Value.Tensor(ScalarType.Float64)).ToArray();
            var norm = GradientClip.Apply(gradients, golden.GetProperty("hyper").GetProperty("max_norm").GetDouble());
            Golden.Close(golden.GetProperty("norm_before"), norm, 1e-9, name + " norm");
            foreach (var (expected, actual) in golden.GetProperty("clipped").EnumerateObject().Zip(gradients))
            {
                Golden.Close(expected.Value, actual, 1e-9, name);
            }
        }
    }
}
