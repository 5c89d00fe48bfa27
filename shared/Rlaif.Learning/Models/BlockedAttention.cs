using Rlaif.Learning.Native;
using TorchSharp;
using static Rlaif.Learning.Models.AttentionKernels;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>softmax(q kᵀ / √width) v where a token sees at most itself and what is before it in its span, some rows of queries at a time: their scores stay in a core's cache, keys after
/// them are never met, and the query heads that share a key head are one product.</summary>
/// <remarks>For a CPU: LibTorch's own kernel there multiplies head by head (docs/decisions.md).</remarks>
internal sealed class BlockedAttention : autograd.SingleTensorFunction<BlockedAttention>
{
    /// <summary>Tokens whose queries are one block.</summary>
    internal const int Rows = 64;

    /// <summary>Scores of a token, over heads and the keys that its block meets, up to which their softmax is kept for the backward pass (5 KiB a token and layer); of more it
    /// is computed again.</summary>
    internal const int Kept = 1280;

    public override string Name => nameof(BlockedAttention);

    /// <summary>Whether it can be had: x and the product are where kernels reach them.</summary>
    public static bool Reaches(Tensor x) => Blas.IsHere && ThreadTeam.Reaches(x);

    /// <summary>Turned queries [batch, heads, time, width], turned keys and values [batch, key/value heads, time, width] to [batch, heads, time, width]; gradients flow.</summary>
    /// <param name="query">Its heads in a row share a key/value head.</param>
    /// <param name="key">As many tokens.</param>
    /// <param name="value">As many tokens.</param>
    /// <param name="spans">What attends by itself, along time. Mask: [batch or 1, 1, length, length], added to the scores: -∞ at the least where a key is after its query, and 0 where
    /// it is the query's own token. Null: -∞ there alone.</param>
    /// <exception cref="ArgumentException">Spans or a mask do not fit the tokens.</exception>
    public static Tensor Of(Tensor query, Tensor key, Tensor value, params IReadOnlyList<(int Length, Tensor? Mask)> spans)
    {
        if (is_grad_enabled())
        {
            return BackwardPass.Recorded(() => apply(query, key, value, spans));
        }

        using var scope = NewDisposeScope();
        return new Whole(query, key, value, spans).Mixed(keep: null).MoveToOuterDisposeScope();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var (query, key, value, spans) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (IReadOnlyList<(int Length, Tensor? Mask)>)vars[3]);
        var whole = new Whole(query, key, value, spans);
        var kept = whole.Scores <= Kept * query.shape[0] * query.shape[2] ? empty(whole.Scores) : null;
        var mixed = whole.Mixed(kept).MoveToOuterDisposeScope();
        ctx.set_materialize_grads(false);
        ctx.save_data("spans", spans.Select(span => (span.Length, span.Mask is not null)).ToArray());
        Tensor?[] own = [query, key, value, kept?.MoveToOuterDisposeScope()];
        ctx.save_data("own", own.OfType<Tensor>().Count());
        ctx.save_for_backward([.. own.OfType<Tensor>(), .. spans.Select(span => span.Mask).OfType<Tensor>()]);
        return mixed;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardPass.Answers(4, () =>
    {
        using var scope = NewDisposeScope();
        using var taken = grad_output;
        var (saved, own) = (ctx.get_saved_variables(), (int)ctx.get_data("own"));
        var masks = new Queue<Tensor>(saved.Skip(own));
        (int, Tensor?)[] spans = [.. (((int Length, bool IsMasked)[])ctx.get_data("spans")).Select(span => (span.Length, span.IsMasked ? masks.Dequeue() : null))];
        var (query, key, value) = new Whole(saved[0], saved[1], saved[2], spans).Gradients(grad_output, own > 3 ? saved[3] : null);
        return [query.MoveToOuterDisposeScope(), key.MoveToOuterDisposeScope(), value.MoveToOuterDisposeScope()];
    });

    /// <summary>One call: its tensors, and the pieces that threads take.</summary>
    private sealed unsafe class Whole
    {
        private readonly Tensor query, key, value;
        private readonly Tensor[] masks;
        private readonly Piece[] pieces;
        private readonly int batch, pairs, heads, time, width, longest;
        private Tensor? scratch;

        public Whole(Tensor query, Tensor key, Tensor value, IReadOnlyList<(int Length, Tensor? Mask)> spans)
        {
            (this.query, this.key, this.value) = (InRows(query), InRows(key), InRows(value));
            (batch, pairs, time, width) = ((int)query.shape[0], (int)key.shape[1], (int)query.shape[2], (int)query.shape[3]);
            (heads, longest) = ((int)query.shape[1] / pairs, spans.Max(span => span.Length));
            // From here on nobody else looks where numbers lie.
            if (spans.Any(span => span.Length < 1) || spans.Sum(span => span.Length) != time)
            {
                throw new ArgumentException($"Spans of {string.Join(", ", spans.Select(span => span.Length))} tokens are not the {time} there are.", nameof(spans));
            }

            List<Tensor> held = [];
            List<Piece> made = [];
            var begin = 0;
            foreach (var (length, mask) in spans)
            {
                if (mask is not null && !(ThreadTeam.Reaches(mask) && (mask.shape[0] == 1 || mask.shape[0] == batch) && mask.shape.AsSpan(1).SequenceEqual([1, length, length])))
                {
                    throw new ArgumentException($"A mask of {mask.dtype} [{string.Join(", ", mask.shape)}] is none for {length} tokens in {batch} rows.", nameof(spans));
                }

                var inRows = mask?.contiguous();
                var perRow = inRows is null || inRows.shape[0] == 1 ? 0 : (long)length * length;
                held.AddRange(inRows is null ? [] : [inRows]);
                for (var row = 0; row < batch; row++)
                {
                    for (var pair = 0; pair < pairs; pair++)
                    {
                        made.Add(new(row, pair, begin, length, inRows is null ? null : ThreadTeam.Data(inRows) + (row * perRow), Scores));
                        Scores += ScoresOf(length);
                    }
                }

                begin += length;
            }

            masks = [.. held];
            // The long ones first: a short one is left for whoever is done.
            pieces = [.. made.OrderByDescending(piece => piece.Length)];
        }

        /// <summary>How many there are, those beside a block's last row too.</summary>
        public long Scores { get; }

        /// <param name="keep">[scores], where the softmax is put; null: nowhere.</param>
        public Tensor Mixed(Tensor? keep)
        {
            var mixed = TokenByToken(heads * pairs);
            fixed (Piece* first = pieces)
            {
                var shape = Shape(first, scratches: keep is null ? 1 : 0, rows: 2);
                ThreadTeam.Run(
                    new Forwards(shape, Side.Of(query), Side.Of(key), Side.Of(value), Side.Of(mixed), keep is null ? null : ThreadTeam.Data(keep)), pieces.Length);
            }

            KeepAlive(mixed, keep);
            return mixed;
        }

        /// <param name="gradient">Of the result.</param>
        /// <param name="kept">[scores], the softmax; null: it is computed again.</param>
        public (Tensor Query, Tensor Key, Tensor Value) Gradients(Tensor gradient, Tensor? kept)
        {
            var given = InRows(gradient);
            var (ofQuery, ofKey, ofValue) = (TokenByToken(heads * pairs), TokenByToken(pairs), TokenByToken(pairs));
            fixed (Piece* first = pieces)
            {
                var shape = Shape(first, scratches: kept is null ? 2 : 1, rows: 3);
                ThreadTeam.Run(
                    new Backwards(
                        shape, Side.Of(query), Side.Of(key), Side.Of(value), Side.Of(given), Side.Of(ofQuery), Side.Of(ofKey), Side.Of(ofValue), kept is null ? null : ThreadTeam.Data(kept)),
                    pieces.Length);
            }

            KeepAlive(given, kept);
            return (ofQuery, ofKey, ofValue);
        }

        private Shape Shape(Piece* first, int scratches, int rows)
        {
            var panels = GemmPanels.Size(width, longest);
            var perWorker = panels + ((long)scratches * heads * Rows * Padded(longest)) + ((long)rows * heads * Rows * Padded(width));
            scratch = empty(perWorker * get_num_threads());
            return new(first, heads, width, Padded(longest), ThreadTeam.Data(scratch), panels, perWorker);
        }

        private void KeepAlive(params object?[] others)
        {
            GC.KeepAlive(others);
            GC.KeepAlive(masks);
            GC.KeepAlive(this);
        }

        // What comes before and after wants the heads of a token side by side in memory.
        private Tensor TokenByToken(int count) => empty(batch, time, count, width).transpose(1, 2);

        private long ScoresOf(int length)
        {
            var sum = 0L;
            for (var begin = 0; begin < length; begin += Rows)
            {
                var rows = Math.Min(Rows, length - begin);
                sum += (long)heads * rows * Padded(begin + rows);
            }

            return sum;
        }

        private static Tensor InRows(Tensor x) =>
            !ThreadTeam.Reaches(x) ? throw new ArgumentException($"Attention was given {x.dtype} on {x.device_type}.")
            : x.stride(3) == 1 && x.stride(2) >= x.shape[3] && x.stride(2) <= int.MaxValue ? x : x.contiguous();
    }
}
