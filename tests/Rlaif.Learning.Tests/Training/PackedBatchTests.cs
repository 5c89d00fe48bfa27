using CsCheck;
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
        // Inputs of 3, 1 and 2 tokens in rows of 3: the first alone, then the third with the second.
        using var scope = NewDisposeScope();
        TokenSequence[] sequences = [TokenSequence.Of([1, 2], [3, 4]), TokenSequence.Of([5], [6]), TokenSequence.Of([7], [8, 9])];
        var rows = PackedBatch.Rows([3, 1, 2]);
        Assert.Equal([[0], [2, 1]], rows);
        var batch = PackedBatch.Of(sequences, rows);
        Assert.Equal([1, 2, 3, 7, 8, 5], batch.Ids.cpu().data<long>());
        Assert.Equal([0, 1, 2, 0, 1, 0], batch.Positions.cpu().data<long>());
        Assert.Equal([1, 1, 1, 1, 1, 2], batch.Parts.cpu().data<long>());
        Assert.Equal([3, 4, 8, 9, 6], batch.Asked.Targets.cpu().data<long>());
        Assert.Equal([1, 2, 3, 4, 5], batch.Asked.Rows.cpu().data<long>());
        Assert.Equal([0, 0, 2, 2, 1], batch.Asked.Sequences.cpu().data<long>());
        Assert.Equal([2, 5, 4], batch.Last.cpu().data<long>());
    }

    [Fact]
    public void Every_sequence_stands_in_one_row_and_no_row_is_longer_than_the_longest() => Gen.Int[1, 40].Array[1, 50].Sample(lengths =>
    {
        var rows = PackedBatch.Rows(lengths);
        Assert.Equal(Enumerable.Range(0, lengths.Length), rows.SelectMany(row => row).Order());
        Assert.All(rows, row => Assert.InRange(row.Sum(i => lengths[i]), 1, lengths.Max()));
        // Two rows that are both at most half full would have been one.
        Assert.InRange(rows.Count(row => row.Sum(i => lengths[i]) * 2 <= lengths.Max()), 0, 1);
    });

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
        Assert.True(PackedBatch.Rows([.. tiny.Examples.Select(e => e.Prompt.Length + e.Response.Length - 1)]).Count < all.Length, "nothing was packed");
    });

    [Fact]
    public Task What_one_sequence_says_does_not_reach_another_in_its_row() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        float Second(int[] first)
        {
            var batch = PackedBatch.Of([TokenSequence.Of([5], first), TokenSequence.Of([7], [8, 9])], [[0, 1]]);
            return batch.Asked.SequenceLogProbs(policy, batch.Hidden(policy))[1].item<float>();
        }

        Assert.Equal(Second([10, 11, 12]), Second([20, 21, 22]));
    });
}
