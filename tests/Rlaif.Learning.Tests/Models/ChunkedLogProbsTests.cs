using Rlaif.Learning.Models;
using Rlaif.Learning.Tests.Training;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

public class ChunkedLogProbsTests
{
    private const int Rows = 29;

    [Theory]
    [InlineData(1, false, Rows)]
    [InlineData(1, false, 0)]
    [InlineData(0.7, false, Rows)]
    [InlineData(0.7, false, 0)]
    [InlineData(1, true, 0)]
    public Task In_parts_of_any_size_log_probabilities_and_gradients_are_those_of_the_whole(double temperature, bool isAdapter, int keptRows) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var model = tiny.Policy(isAdapter ? new LoraRecipe { Rank = 4 } : null);
        var vocabulary = TinyTraining.Config.Vocabulary;
        var (states, targets, pull) = (TestTensors.Normal(new(1, 0), Rows, TinyTraining.Config.HiddenSize) * 3, Targets(vocabulary), TestTensors.Normal(new(2, 0), Rows));
        (Tensor Values, Tensor Gradients) Of(Func<Tensor, Tensor> logProbs)
        {
            model.Trained.ToList().ForEach(w => w.Value.grad = zeros_like(w.Value.detach()));
            var input = states.clone().requires_grad_();
            var values = logProbs(input * 1);
            (values * pull).sum().backward();
            return (values.detach(), cat([input.grad!.flatten(), .. model.Trained.Select(w => w.Value.grad!.flatten())]));
        }

        var whole = Of(input => TokenLogProbs.Of(model.Logits(input) / temperature, targets));
        foreach (var width in new[] { 1, 4, vocabulary - 1, vocabulary })
        {
            var limits = new ChunkedLogProbs.Limits((long)Rows * width, (long)keptRows * vocabulary, Narrowest: 1);
            var (values, gradients) = Of(input => model.LogProbs(input, targets, temperature, limits));
            Assert.True(values.allclose(whole.Values, rtol: 1e-5, atol: 1e-6), $"values in parts of {width}");
            Assert.True(gradients.allclose(whole.Gradients, rtol: 1e-5, atol: 1e-6), $"gradients in parts of {width}");
            using var still = no_grad();
            Assert.True(model.LogProbs(states, targets, temperature, limits).equal(values).all().item<bool>(), "without a gradient");
        }
    });

    [Fact]
    public Task A_token_that_is_certain_has_a_log_probability_of_zero_and_none_has_more() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var model = tiny.Policy(null);
        using var still = no_grad();
        var targets = Targets(TinyTraining.Config.Vocabulary);
        // Along its own row of the head, so far out that nothing else counts.
        var states = model.Embedding.index_select(0, targets) * 1e5;
        var logProbs = model.LogProbs(states, targets, limits: new(Rows * 7, 0, Narrowest: 1));
        Assert.InRange(logProbs.max().item<float>(), -1e-3f, 0);
    });

    [Fact]
    public Task What_a_nearly_certain_token_has_left_to_learn_survives_rounding() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var model = tiny.Policy(null);
        var targets = Targets(TinyTraining.Config.Vocabulary);
        var own = model.Embedding.detach().index_select(0, targets);
        var states = (own * (14 / own.square().sum([1], keepdim: true))).detach().requires_grad_();
        // dp(target)/dstate = W_target - Σ p W, of which p W_target is nearly all.
        var weight = model.Embedding.detach().to(float64);
        var softmax = states.detach().to(float64).matmul(weight.t()).softmax(1);
        Assert.InRange(softmax.gather(1, targets.unsqueeze(1)).max().ToDouble(), 0.99, 1);
        var expected = weight.index_select(0, targets) - softmax.matmul(weight);
        MatrixProduct.Precision = Precision.BFloat16;
        try
        {
            BackwardPass.Run(model.LogProbs(states, targets).sum());
        }
        finally
        {
            MatrixProduct.Precision = Precision.Float32;
        }

        var errors = (states.grad! - expected).norm(1) / expected.norm(1);
        Assert.InRange(errors.max().item<double>(), 0, 0.3);
    });

    private static Tensor Targets(int vocabulary) => tensor([.. Enumerable.Range(0, Rows).Select(row => (long)((row * 7) % vocabulary))]);
}
