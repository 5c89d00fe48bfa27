using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>softmax(q kᵀ / √width) v where a token sees at most itself and what is before it, some rows of queries at a time: their scores stay in a cache, keys after them are
/// never met, and the query heads that share a key head are one product.</summary>
/// <remarks>For a CPU: LibTorch's own kernel there multiplies head by head (docs/decisions.md). Scores of large batches, which a cache does not hold, only cost more.</remarks>
internal sealed class BlockedAttention : autograd.SingleTensorFunction<BlockedAttention>
{
    /// <summary>Tokens whose queries are one block.</summary>
    internal const int Rows = 64;

    /// <summary>Scores of a token, over heads and the keys that its block meets, up to which their softmax is kept for the backward pass (5 KiB a token and layer); of more it
    /// is computed again.</summary>
    internal const int Kept = 1280;

    public override string Name => nameof(BlockedAttention);

    /// <summary>Turned queries [batch, heads, time, width], turned keys and values [batch, key/value heads, time, width] to [batch, heads, time, width]; gradients flow.</summary>
    /// <param name="query">Its heads in a row share a key/value head.</param>
    /// <param name="key">As many tokens.</param>
    /// <param name="value">As many tokens.</param>
    /// <param name="mask">[batch or 1, 1, time, time], added to the scores: -∞ at the least where a key is after its query, and 0 where it is the query's own token. Null: -∞ there alone.</param>
    public static Tensor Of(Tensor query, Tensor key, Tensor value, Tensor? mask = null)
    {
        Tensor[] inputs = mask is null ? [query, key, value] : [query, key, value, mask];
        if (is_grad_enabled())
        {
            return BackwardPass.Recorded(() => apply([.. inputs]));
        }

        using var scope = NewDisposeScope();
        return new Blocks(inputs).Mixed(keep: null).MoveToOuterDisposeScope();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        Tensor[] inputs = [.. vars.Cast<Tensor>()];
        List<Tensor>? kept = inputs[0].shape[1] * (inputs[0].shape[2] + Rows) / 2 <= Kept ? [] : null;
        var mixed = new Blocks(inputs).Mixed(kept).MoveToOuterDisposeScope();
        ctx.set_materialize_grads(false);
        ctx.save_data("inputs", inputs.Length);
        ctx.save_for_backward([.. inputs, .. (kept ?? []).Select(one => one.MoveToOuterDisposeScope())]);
        return mixed;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var inputs = (int)ctx.get_data("inputs");
        return BackwardPass.Answers(inputs, () =>
        {
            using var scope = NewDisposeScope();
            using var taken = grad_output;
            var saved = ctx.get_saved_variables();
            var (query, key, value) = new Blocks([.. saved.Take(inputs)]).Gradients(grad_output, [.. saved.Skip(inputs)]);
            return [query.MoveToOuterDisposeScope(), key.MoveToOuterDisposeScope(), value.MoveToOuterDisposeScope()];
        });
    }

    /// <summary>One call's tensors as its products want them: batch and key/value heads are one dimension, as are the queries of a block over the heads that share a key.</summary>
    private sealed class Blocks
    {
        private readonly Tensor queries, keys, values;
        private readonly Tensor? mask;
        private readonly long batch, pairs, heads, time, width;
        private readonly double scale;

        /// <param name="inputs">Query, key, value and, where there is one, mask.</param>
        public Blocks(Tensor[] inputs)
        {
            var (query, key, value) = (inputs[0], inputs[1], inputs[2]);
            (batch, pairs, time, width) = (query.shape[0], key.shape[1], query.shape[2], query.shape[3]);
            (heads, scale) = (query.shape[1] / pairs, 1 / Math.Sqrt(width));
            (queries, keys, values) = (Apart(query), key.reshape(batch * pairs, time, width), value.reshape(batch * pairs, time, width));
            mask = inputs.ElementAtOrDefault(3);
        }

        /// <param name="keep">Where the softmax of each block is put.</param>
        public Tensor Mixed(List<Tensor>? keep)
        {
            var (mixed, parts) = Output();
            ForEach((begin, rows) =>
            {
                var softmax = Softmax(Scaled(begin, rows), begin, rows);
                Rowwise(parts, begin, rows).copy_(softmax.bmm(Upto(values, begin + rows)).view(batch, pairs, heads, rows, width));
                keep?.Add(softmax.MoveToOuterDisposeScope());
            });
            return mixed;
        }

        /// <param name="gradient">Of the result.</param>
        /// <param name="kept">The softmax of each block, where it was kept.</param>
        public (Tensor Query, Tensor Key, Tensor Value) Gradients(Tensor gradient, Tensor[] kept)
        {
            var (ofQuery, parts) = Output();
            var (ofKeys, ofValues) = (zeros_like(keys), zeros_like(values));
            var gradients = Apart(gradient);
            ForEach((begin, rows) =>
            {
                var (scaled, within) = (Scaled(begin, rows), Upto(keys, begin + rows));
                var softmax = kept.Length > 0 ? kept[begin / Rows] : Softmax(scaled, begin, rows);
                var outer = Flat(gradients, begin, rows);
                Upto(ofValues, begin + rows).add_(softmax.transpose(1, 2).bmm(outer));
                var ofScores = GradientKernels.Softmax(outer.bmm(Upto(values, begin + rows).transpose(1, 2)), softmax);
                Upto(ofKeys, begin + rows).add_(ofScores.transpose(1, 2).bmm(scaled));
                Rowwise(parts, begin, rows).copy_(ofScores.bmm(within).mul_(scale).view(batch, pairs, heads, rows, width));
            });
            return (ofQuery, ofKeys.view(batch, pairs, time, width), ofValues.view(batch, pairs, time, width));
        }

        private void ForEach(Action<long, long> block)
        {
            for (var begin = 0L; begin < time; begin += Rows)
            {
                using var scope = NewDisposeScope();
                block(begin, Math.Min(Rows, time - begin));
            }
        }

        // [batch * pairs, heads * rows, begin + rows]
        private Tensor Softmax(Tensor scaled, long begin, long rows)
        {
            var scores = scaled.bmm(Upto(keys, begin + rows).transpose(1, 2));
            if (mask is null)
            {
                // Of the keys that are met, only a block's own can be after a query.
                scores.view(batch * pairs, heads, rows, -1).narrow(3, begin, rows).add_(full([rows, rows], float.NegativeInfinity).triu(1));
            }
            else
            {
                scores.view(batch, pairs * heads, rows, -1).add_(mask.narrow(2, begin, rows).narrow(3, 0, begin + rows));
            }

            return scores.softmax(-1);
        }

        // What comes before and after wants the heads of a token side by side in memory.
        private (Tensor Whole, Tensor Apart) Output()
        {
            var whole = empty(batch, time, pairs * heads, width).transpose(1, 2);
            return (whole, Apart(whole));
        }

        private Tensor Scaled(long begin, long rows) => Flat(queries, begin, rows) * scale;

        private Tensor Flat(Tensor apart, long begin, long rows) => Rowwise(apart, begin, rows).reshape(batch * pairs, heads * rows, width);

        // [batch, pairs, heads, time, width]
        private Tensor Apart(Tensor x) => x.unflatten(1, pairs, heads);

        private static Tensor Rowwise(Tensor apart, long begin, long rows) => apart.narrow(3, begin, rows);

        private static Tensor Upto(Tensor x, long end) => x.narrow(1, 0, end);
    }
}
