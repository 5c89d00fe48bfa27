using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

public class PackedBatchTests
{
    [Fact]
    public void By_hand()
    {
        using var scope = NewDisposeScope();
        var batch = GroupBatch.Packed([TokenSequence.Of([1, 2], [3, 4]), TokenSequence.Of([5], [6]), TokenSequence.Of([7], [8, 9])]);
        Assert.Equal([1, 2, 3, 5, 7, 8], batch.Ids.cpu().data<long>());
        Assert.Equal([0, 1, 2, 0, 0, 1], batch.Positions.cpu().data<long>());
        Assert.Equal([(3, null), (1, null), (2, null)], batch.Spans);
        Assert.Equal([3, 4, 6, 8, 9], batch.Asked.Targets.cpu().data<long>());
        Assert.Equal([1, 2, 3, 4, 5], batch.Asked.Rows.cpu().data<long>());
        Assert.Equal([0, 0, 1, 2, 2], batch.Asked.Sequences.cpu().data<long>());
        Assert.Equal([2, 3, 5], batch.Last.cpu().data<long>());
    }

    [Fact]
    public Task Loss_and_gradient_are_those_of_sequences_that_stand_alone() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        var all = Enumerable.Range(0, tiny.Examples.Count).ToArray();
        (double Loss, Tensor Gradient) Of(string algorithm)
        {
            using var objective = tiny.Objective(algorithm);
            foreach (var weight in objective.Weights)
            {
                weight.Value.grad = zeros_like(weight.Value.detach());
            }

            var (loss, figures) = objective.Part(all, objective.Window(all));
            loss.backward();
            return (figures[0], cat([.. objective.Weights.Select(w => w.Value.grad!.clone().flatten())]));
        }

        var (alone, packed) = (Of("sft"), Of("sft-packed"));
        Assert.Equal(alone.Loss, packed.Loss, 1e-5);
        Assert.InRange((alone.Gradient - packed.Gradient).norm().item<float>() / alone.Gradient.norm().item<float>(), 0, 1e-5);
    });

    [Fact]
    public Task What_one_sequence_says_does_not_reach_the_next() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        float Second(int[] first)
        {
            var batch = GroupBatch.Packed([TokenSequence.Of([5], first), TokenSequence.Of([7], [8, 9])]);
            return batch.Asked.SequenceLogProbs(policy, batch.Hidden(policy))[1].item<float>();
        }

        Assert.Equal(Second([10, 11, 12]), Second([20, 21, 22]));
    });
}
