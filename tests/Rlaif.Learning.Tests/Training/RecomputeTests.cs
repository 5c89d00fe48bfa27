using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

public class RecomputeTests
{
    public static TheoryData<string> Algorithms => [.. TinyTraining.Algorithms];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public Task Layers_that_are_computed_again_train_to_the_same_bytes(string algorithm) => TinyTraining.Run(tiny =>
    {
        var kept = tiny.Train(algorithm, "kept");
        Assert.Equal(kept, tiny.Train(algorithm, "recomputed", recompute: true));
        Assert.Equal(tiny.Sha256("kept"), tiny.Sha256("recomputed"));
    });

    [Fact]
    public Task Under_a_frozen_embedding_gradients_reach_what_is_trained() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var model = ModelFolder.ReadModel(tiny.Start, trainable: true);
        model.Embedding.requires_grad = false;
        var batch = TokenBatch.Of([.. tiny.Examples.Select(e => TokenSequence.Of(e.Prompt, e.Response))]);
        Tensor Gradient(bool recompute)
        {
            model.Recomputes = recompute;
            var trained = model.Weights.Where(w => w.Value.requires_grad).ToList();
            trained.ForEach(w => w.Value.grad = zeros_like(w.Value.detach()));
            batch.Hidden(model).square().sum().backward();
            return cat([.. trained.Select(w => w.Value.grad!.flatten())]);
        }

        Assert.True(Gradient(false).equal(Gradient(true)).all().item<bool>());
    });
}
