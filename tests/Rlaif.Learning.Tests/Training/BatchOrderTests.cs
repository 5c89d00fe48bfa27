using CsCheck;
using Rlaif.Learning.Training;

namespace Rlaif.Learning.Tests.Training;

public class BatchOrderTests
{
    private static readonly Gen<(int[] Lengths, int Batch, ulong Seed)> Any = Gen.Select(Gen.Int[1, 60].Array[1, 300], Gen.Int[1, 40], Gen.ULong);

    [Fact]
    public void Every_example_comes_once_and_no_batch_is_too_large() => Any.Sample(any =>
    {
        var batches = BatchOrder.Epoch(any.Lengths, any.Batch, any.Seed, epoch: 0).ToArray();
        Assert.Equal(Enumerable.Range(0, any.Lengths.Length), batches.SelectMany(b => b).Order());
        Assert.All(batches, b => Assert.InRange(b.Length, 1, any.Batch));
        Assert.Equal((any.Lengths.Length + any.Batch - 1) / any.Batch, batches.Length);
    });

    [Fact]
    public void A_token_budget_holds_unless_one_example_breaks_it() => Any.Sample(any =>
    {
        int[][] batches = [.. BatchOrder.Epoch(any.Lengths, tokens: 100, chunk: 64, any.Seed, epoch: 0), .. BatchOrder.ByLength(any.Lengths, 100)];
        Assert.Equal(2 * any.Lengths.Length, batches.Sum(b => b.Length));
        Assert.All(batches, b => Assert.True(b.Length == 1 || b.Length * b.Max(i => any.Lengths[i]) <= 100));
    });

    [Fact]
    public void The_same_seed_gives_the_same_order_and_another_epoch_another() => Any.Where(any => any.Lengths.Length > 40).Sample(any =>
    {
        int[] Order(int epoch) => [.. BatchOrder.Epoch(any.Lengths, any.Batch, any.Seed, epoch).SelectMany(b => b)];
        Assert.Equal(Order(0), Order(0));
        Assert.NotEqual(Order(0), Order(1));
    });

    [Fact]
    public void Batches_of_like_length_waste_little()
    {
        var lengths = Enumerable.Range(0, 1024).Select(i => 5 + (i * 37 % 60)).ToArray();
        int Padded(IEnumerable<int[]> batches) => batches.Sum(b => b.Length * b.Max(i => lengths[i]));
        var inOrder = Padded(Enumerable.Range(0, 1024).Chunk(32));
        var bucketed = Padded(BatchOrder.Epoch(lengths, 32, seed: 1, epoch: 0));
        // 1.8 tokens are padded for every real one in the order of the file, 1.1 in buckets.
        Assert.InRange(bucketed / (double)lengths.Sum(), 1, 1.15);
        Assert.True(inOrder > 1.7 * lengths.Sum());
    }
}
