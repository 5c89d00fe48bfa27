using Rlaif.Learning.Models;
using Rlaif.Learning.Tests.Training;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

public class ChunkedLogProbsTests
{
    private const int Rows = 29;

    /// <summary>Weights of the model and what comes before the head.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(0.7, false)]
    [InlineData(1, true)]
    public Task In_chunks_of_any_size_log_probabilities_and_gradients_are_those_of_the_whole(double temperature, bool isAdapter) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var model = tiny.Policy(isAdapter ? new LoraRecipe { Rank = 4 } : null);
        var states = randn([Rows, TinyTraining.Config.HiddenSize], generator: new(1)) * 3;
        var targets = tensor([.. Enumerable.Range(0, Rows).Select(row => (long)((row * 7) % TinyTraining.Config.Vocabulary))]);
        var pull = randn([Rows], generator: new(2));
        (Tensor Values, Tensor Gradients) Of(long chunk)
        {
            model.Trained.ToList().ForEach(w => w.Value.grad = zeros_like(w.Value.detach()));
            var input = states.clone().requires_grad_();
            var values = ChunkedLogProbs.Of(model, input * 1, targets, temperature, chunk * TinyTraining.Config.Vocabulary);
            (values * pull).sum().backward();
            return (values.detach(), cat([input.grad!.flatten(), .. model.Trained.Select(w => w.Value.grad!.flatten())]));
        }

        var whole = Of(Rows);
        foreach (var chunk in new[] { 1, 4, Rows - 1 })
        {
            var (values, gradients) = Of(chunk);
            Assert.True(values.allclose(whole.Values, rtol: 1e-5, atol: 1e-6), $"values in chunks of {chunk}");
            Assert.True(gradients.allclose(whole.Gradients, rtol: 1e-5, atol: 1e-6), $"gradients in chunks of {chunk}");
            using var still = no_grad();
            Assert.True(ChunkedLogProbs.Of(model, states, targets, temperature, chunk * TinyTraining.Config.Vocabulary).equal(values).all().item<bool>(), "without a gradient");
        }
    });
}
