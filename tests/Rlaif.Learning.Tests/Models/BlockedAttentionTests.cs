using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Models;

/// <summary>The formula written down plainly, with autograd's own derivatives, is the oracle.</summary>
public class BlockedAttentionTests
{
    private const int Width = 8;

    [Theory]
    [InlineData(2, 2, 2, 1, Width)]
    [InlineData(2, 4, 2, BlockedAttention.Rows, Width)]
    [InlineData(1, 3, 1, BlockedAttention.Rows + 1, Width)]
    [InlineData(2, 6, 2, 150, Width)]
    [InlineData(1, 16, 4, BlockedAttention.Kept / 8, Width)]        // too many scores to keep
    [InlineData(2, 6, 2, 150, 64)]       // so wide that products are ours where MKL's are the slower ones
    [InlineData(1, 4, 1, 70, 48)]
    [InlineData(1, 2, 1, 330, 80)]
    public Task In_blocks_and_by_the_kernel_of_a_card_values_and_gradients_are_those_of_the_whole(int batch, int heads, int pairs, int time, int width) => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        var triangle = zeros(1, 1, time, time).add_(full([time, time], float.NegativeInfinity).triu(1));
        // Each row of the batch sees another part of what is before it, and itself.
        var holes = TestTensors.Normal(new(5, 0), batch, 1, time, time).gt(0.5).logical_and(eye(time).eq(0)).logical_or(triangle.isinf());
        var mask = zeros(batch, 1, time, time).masked_fill(holes, float.NegativeInfinity);
        Tensor[] inputs = [TestTensors.Normal(new(1, 0), batch, time, heads, width), TestTensors.Normal(new(2, 0), batch, time, pairs, width), TestTensors.Normal(new(3, 0), batch, time, pairs, width)];
        var pull = TestTensors.Normal(new(4, 0), batch, heads, time, width);
        (Tensor Value, Tensor[] Gradients) Of(Func<Tensor, Tensor, Tensor, Tensor> attention)
        {
            Tensor[] own = [.. inputs.Select(one => one.clone().requires_grad_())];
            // As a layer has them: the heads of a token side by side in memory.
            var mixed = attention(own[0].transpose(1, 2), own[1].transpose(1, 2), own[2].transpose(1, 2));
            BackwardPass.Run((mixed * pull).sum());
            return (mixed.detach(), [.. own.Select(one => one.grad!)]);
        }

        foreach (var seen in new[] { null, triangle, mask })
        {
            var (expected, blocked) = (Of((q, k, v) => Plain(q, k, v, seen ?? triangle)), Of((q, k, v) => DecoderLayer.Within(q, k, v, (time, seen))));
            foreach (var actual in new[] { blocked, Of((q, k, v) => DecoderLayer.ByLibTorch(q, k, v, (time, seen))) })
            {
                Assert.True(actual.Value.allclose(expected.Value, rtol: 1e-5, atol: 1e-6), "values");
                Assert.All(actual.Gradients.Zip(expected.Gradients), pair => Assert.True(pair.First.allclose(pair.Second, rtol: 1e-5, atol: 1e-5), "gradients"));
            }

            using var still = no_grad();
            Assert.True(DecoderLayer.Within(inputs[0].transpose(1, 2), inputs[1].transpose(1, 2), inputs[2].transpose(1, 2), (time, seen)).equal(blocked.Value).all().item<bool>(), "without a gradient the same bits");
        }
    });

    [Theory]
    [InlineData(130, Width)]
    [InlineData(400, 64)]
    public Task What_comes_later_moves_no_bit_of_what_was_before(int time, int width) => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Tensor[] all = [.. Enumerable.Range(0, 3).Select(i => TestTensors.Normal(new((ulong)i, 0), 1, 2, time, width))];
        var before = DecoderLayer.Within(all[0], all[1], all[2], (time, null));
        // The last token alone, and by so much that nothing else would count.
        foreach (var one in all)
        {
            one.narrow(2, time - 1, 1).mul_(1e4);
        }

        var after = DecoderLayer.Within(all[0], all[1], all[2], (time, null));
        Assert.True(before.narrow(2, 0, time - 1).equal(after.narrow(2, 0, time - 1)).all().item<bool>());
        Assert.True(after.isfinite().all().item<bool>());
    });

    [Fact]
    public Task How_much_is_padded_behind_a_text_moves_no_bit_of_it() => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        const int Time = 300, Padded = 320;
        Tensor[] all = [.. Enumerable.Range(0, 3).Select(i => TestTensors.Normal(new((ulong)i, 0), 1, 2, Padded, 64))];
        Tensor[] own = [.. all.Select(one => one.narrow(2, 0, Time))];
        var (padded, alone) = (DecoderLayer.Within(all[0], all[1], all[2], (Padded, null)), DecoderLayer.Within(own[0], own[1], own[2], (Time, null)));
        Assert.True(padded.narrow(2, 0, Time).equal(alone).all().item<bool>());
    });

    [Theory]
    [InlineData(Width)]
    [InlineData(64)]
    public Task Spans_attend_as_if_each_were_alone(int width) => TinyTraining.Run(_ =>
    {
        using var scope = NewDisposeScope();
        int[] lengths = [70, 3, 129];
        Tensor[] all = [.. Enumerable.Range(0, 3).Select(i => TestTensors.Normal(new((ulong)i, 0), 2, i == 0 ? 4 : 2, lengths.Sum(), width))];
        var masks = lengths.Select((length, i) => i == 1 ? null : zeros(i == 0 ? 1 : 2, 1, length, length).add_(full([length, length], float.NegativeInfinity).triu(1))).ToArray();
        masks[2]!.narrow(0, 1, 1).select(3, 0).narrow(2, 1, lengths[2] - 1).fill_(float.NegativeInfinity);
        (Tensor Value, Tensor[] Gradients) Of(Func<Tensor[], Tensor> attention)
        {
            Tensor[] own = [.. all.Select(one => one.clone().requires_grad_())];
            var mixed = attention(own);
            BackwardPass.Run((mixed * TestTensors.Normal(new(4, 0), mixed.shape)).sum());
            return (mixed.detach(), [.. own.Select(one => one.grad!)]);
        }

        var together = Of(own => DecoderLayer.Within(own[0], own[1], own[2], [.. lengths.Zip(masks)]));
        var byLibTorch = Of(own => DecoderLayer.ByLibTorch(own[0], own[1], own[2], [.. lengths.Zip(masks)]));
        var apart = Of(own =>
        {
            var parts = own.Select(one => one.split([.. lengths.Select(length => (long)length)], 2)).ToArray();
            return cat([.. lengths.Select((length, i) => DecoderLayer.Within(parts[0][i], parts[1][i], parts[2][i], (length, masks[i])))], 2);
        });
        Assert.True(together.Value.equal(apart.Value).all().item<bool>(), "values");
        Assert.All(together.Gradients.Zip(apart.Gradients), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>(), "gradients"));
        Assert.True(together.Value.allclose(byLibTorch.Value, rtol: 1e-5, atol: 1e-5), "values of LibTorch's kernel");
        Assert.All(together.Gradients.Zip(byLibTorch.Gradients), pair => Assert.True(pair.First.allclose(pair.Second, rtol: 1e-4, atol: 1e-4), "gradients of LibTorch's kernel"));
    });

    // SmolLM2's heads: products so large that MKL would take another algorithm for each number of threads. One pair of heads in one row is a team of one.
    [Theory]
    [InlineData(2, 9, 3, 200)]
    [InlineData(1, 9, 3, 330)]       // too many scores to keep
    [InlineData(1, 3, 1, 200)]
    public Task As_many_threads_as_there_are_change_no_bit(int batch, int heads, int pairs, int time) => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        (float[] Value, float[] Gradient) Of(int threads, bool isSet)
        {
            TorchRuntime.Use(TestDevice.Numerics with { Threads = threads });
            if (isSet)
            {
                // From then on MKL no longer looks whether it is in a team.
                set_num_threads(threads);
            }

            Tensor[] own = [.. Enumerable.Range(0, 3).Select(i => TestTensors.Normal(new((ulong)i, 0), batch, i == 0 ? heads : pairs, time, 64).clone().requires_grad_())];
            var mixed = DecoderLayer.Within(own[0], own[1], own[2], (time, null));
            BackwardPass.Run((mixed * TestTensors.Normal(new(4, 0), mixed.shape)).sum());
            float[] Numbers(Tensor of) => of.detach().cpu().contiguous().data<float>().ToArray();
            return (Numbers(mixed), [.. own.SelectMany(one => Numbers(one.grad!))]);
        }

        try
        {
            var first = Of(2, isSet: false);
            foreach (var threads in new[] { 1, 2, 3 })
            {
                var again = Of(threads, isSet: true);
                Assert.Equal(first.Value, again.Value);
                Assert.Equal(first.Gradient, again.Gradient);
            }
        }
        finally
        {
            TorchRuntime.Use(TestDevice.Numerics);
        }
    }, TestContext.Current.CancellationToken);

    [Fact]
    public Task Spans_or_masks_that_do_not_fit_are_refused_before_anybody_reads_beside_them() => TinyTraining.Run(_ =>
    {
        Assert.SkipUnless(TestDevice.Name == "cpu", "LibTorch's kernel of a card has checks of its own");
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var x = zeros(2, 1, 10, Width);
        foreach (var spans in new (int, Tensor?)[][] { [(9, null)], [(11, null)], [(10, null), (0, null)], [(10, zeros(1, 1, 9, 9))], [(10, zeros(3, 1, 10, 10))], [(10, zeros(1, 1, 10, 10).to(ScalarType.Bool))] })
        {
            Assert.Throws<ArgumentException>(() => BlockedAttention.Of(x, x, x, spans));
        }
    });

    [Fact]
    public Task A_score_that_is_no_number_makes_what_comes_of_it_none() => TinyTraining.Run(_ =>
    {
        Assert.SkipUnless(TestDevice.Name == "cpu", "LibTorch's kernel of a card adds the mask to it");
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Tensor[] all = [.. Enumerable.Range(0, 3).Select(i => TestTensors.Normal(new((ulong)i, 0), 1, 1, 70, Width))];
        all[1].narrow(2, 40, 1).fill_(float.NaN);
        var mixed = DecoderLayer.Within(all[0], all[1], all[2], (70, null));
        Assert.True(mixed.narrow(2, 0, 40).isfinite().all().item<bool>());
        Assert.True(mixed.narrow(2, 40, 30).isnan().all().item<bool>());
    });

    private static Tensor Plain(Tensor query, Tensor key, Tensor value, Tensor mask)
    {
        var shared = query.shape[1] / key.shape[1];
        var scores = query.matmul(key.repeat_interleave(shared, 1).transpose(2, 3)) / Math.Sqrt(query.shape[3]);
        return (scores + mask).softmax(-1).matmul(value.repeat_interleave(shared, 1));
    }
}
