using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Rlaif.Learning.Native;
using TorchSharp;
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
            var perWorker = ((long)scratches * heads * Rows * Padded(longest)) + ((long)rows * heads * Rows * Padded(width));
            scratch = empty(perWorker * get_num_threads());
            return new(first, heads, width, Padded(longest), ThreadTeam.Data(scratch), perWorker);
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

    // A row of scores begins where a cache line does.
    private static int Padded(int count) => (count + Lanes.Count - 1) / Lanes.Count * Lanes.Count;

    /// <summary>What one thread does at once: a span of one row of the batch, for the query heads that share a key head.</summary>
    /// <param name="mask">[length, length], or null.</param>
    /// <param name="scores">Where its softmax begins among all.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Piece(int row, int pair, int begin, int length, float* mask, long scores)
    {
        public int Row => row;

        public int Pair => pair;

        public int Begin => begin;

        public int Length => length;

        public float* Mask => mask;

        public long Scores => scores;
    }

    /// <summary>[batch, heads, time, width] in memory.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Side(float* first, long batch, long head, long token)
    {
        public static Side Of(Tensor x) => new(ThreadTeam.Data(x), x.stride(0), x.stride(1), x.stride(2));

        public int Stride => (int)token;

        public float* At(int row, int which, int at) => first + (row * batch) + (which * head) + (at * token);

        public Blas.Matrix From(int row, int which, int at) => new(At(row, which, at), (int)token);
    }

    /// <param name="pieces">All of them.</param>
    /// <param name="heads">Query heads of a key head.</param>
    /// <param name="width">Of a head.</param>
    /// <param name="longest">Padded.</param>
    /// <param name="scratch">Memory of the threads.</param>
    /// <param name="perWorker">Of one thread.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Shape(Piece* pieces, int heads, int width, int longest, float* scratch, long perWorker)
    {
        public int Heads => heads;

        public int Width => width;

        public Piece Piece(int part) => pieces[part];

        public float* Scratch(int worker) => scratch + (worker * perWorker);

        public int ScoresSize => heads * Rows * longest;

        public int RowsSize => heads * Rows * Padded(width);

        /// <summary>Rows of a block, head after head, scaled.</summary>
        public void Gather(Side from, in Piece piece, int begin, int rows, float* to, float scale)
        {
            for (var head = 0; head < heads; head++)
            {
                for (var i = 0; i < rows; i++, to += width)
                {
                    var token = from.At(piece.Row, (piece.Pair * heads) + head, piece.Begin + begin + i);
                    for (var at = 0; at < width; at += Lanes.Count)
                    {
                        (Lanes.Load(token + at, width - at) * scale).Store(to + at, width - at);
                    }
                }
            }
        }

        public void Scatter(float* from, Side to, in Piece piece, int begin, int rows)
        {
            for (var head = 0; head < heads; head++)
            {
                for (var i = 0; i < rows; i++, from += width)
                {
                    var token = to.At(piece.Row, (piece.Pair * heads) + head, piece.Begin + begin + i);
                    for (var at = 0; at < width; at += Lanes.Count)
                    {
                        Lanes.Load(from + at, width - at).Store(token + at, width - at);
                    }
                }
            }
        }

        /// <summary>The softmax of a block, from its scaled queries.</summary>
        public void Softmax(Blas.Matrix queries, Side keys, in Piece piece, int begin, int rows, Blas.Matrix scores)
        {
            var end = begin + rows;
            Blas.Multiply(queries, keys.From(piece.Row, piece.Pair, piece.Begin).T, scores, heads * rows, end, width);
            for (var i = 0; i < heads * rows; i++)
            {
                var token = begin + (i % rows);
                SoftmaxOf(scores.First + ((long)i * scores.Stride), piece.Mask == null ? null : piece.Mask + ((long)token * piece.Length), piece.Mask == null ? token + 1 : end, end);
            }
        }

        // Of the first ones of a row, which is padded; those up to its end are nothing.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void SoftmaxOf(float* row, float* mask, int count, int end)
        {
            new Span<float>(row + count, Padded(count) - count).Fill(float.NegativeInfinity);
            var most = Vector512.Create(float.NegativeInfinity);
            for (var i = 0; i < count; i += Lanes.Count)
            {
                var scores = Vector512.Load(row + i);
                if (mask != null)
                {
                    scores += Lanes.Load(mask + i, count - i);
                    scores.Store(row + i);
                }

                most = Vector512.MaxNative(most, scores);
            }

            var (highest, sum) = (Vector512.Create(Lanes.Max(most)), Vector512<float>.Zero);
            for (var i = 0; i < count; i += Lanes.Count)
            {
                var exponentials = Lanes.Exp(Vector512.Load(row + i) - highest);
                exponentials.Store(row + i);
                sum += exponentials;
            }

            var share = Vector512.Create(1 / Lanes.Sum(sum));
            for (var i = 0; i < count; i += Lanes.Count)
            {
                (Vector512.Load(row + i) * share).Store(row + i);
            }

            if (end > Padded(count))
            {
                new Span<float>(row + Padded(count), end - Padded(count)).Clear();
            }
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Forwards(Shape shape, Side query, Side key, Side value, Side mixed, float* keep) : IKernel
    {
        public void Part(int part, int worker)
        {
            var before = Blas.Alone();
            var piece = shape.Piece(part);
            var scale = 1 / MathF.Sqrt(shape.Width);
            var kept = keep == null ? null : keep + piece.Scores;
            float* queries = shape.Scratch(worker), rowsOf = queries + shape.RowsSize, scratch = rowsOf + shape.RowsSize;
            for (var begin = 0; begin < piece.Length; begin += Rows)
            {
                var rows = Math.Min(Rows, piece.Length - begin);
                var (end, all) = (begin + rows, shape.Heads * rows);
                var scores = new Blas.Matrix(kept == null ? scratch : kept, Padded(end));
                shape.Gather(query, piece, begin, rows, queries, scale);
                shape.Softmax(new(queries, shape.Width), key, piece, begin, rows, scores);
                Blas.Multiply(scores, value.From(piece.Row, piece.Pair, piece.Begin), new(rowsOf, shape.Width), all, shape.Width, end);
                shape.Scatter(rowsOf, mixed, piece, begin, rows);
                kept = kept == null ? null : kept + ((long)all * scores.Stride);
            }

            Blas.Together(before);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Backwards(Shape shape, Side query, Side key, Side value, Side gradient, Side ofQuery, Side ofKey, Side ofValue, float* kept) : IKernel
    {
        public void Part(int part, int worker)
        {
            var before = Blas.Alone();
            var piece = shape.Piece(part);
            var (scale, width) = (1 / MathF.Sqrt(shape.Width), shape.Width);
            float* queries = shape.Scratch(worker), outer = queries + shape.RowsSize, rowsOf = outer + shape.RowsSize, ofScores = rowsOf + shape.RowsSize;
            var (keys, values) = (key.From(piece.Row, piece.Pair, piece.Begin), value.From(piece.Row, piece.Pair, piece.Begin));
            var (toKeys, toValues) = (ofKey.From(piece.Row, piece.Pair, piece.Begin), ofValue.From(piece.Row, piece.Pair, piece.Begin));
            var last = (piece.Length - 1) / Rows * Rows;
            var at = kept == null ? null : kept + piece.Scores + ScoresBefore(last);
            // From the last block, which meets all keys: what it gives to them is written, what the others give is added.
            for (var begin = last; begin >= 0; begin -= Rows)
            {
                var rows = Math.Min(Rows, piece.Length - begin);
                var (end, all, keep) = (begin + rows, shape.Heads * rows, begin == last ? 0f : 1f);
                var softmax = new Blas.Matrix(at == null ? ofScores + shape.ScoresSize : at, Padded(end));
                shape.Gather(query, piece, begin, rows, queries, scale);
                shape.Gather(gradient, piece, begin, rows, outer, 1);
                var (scaled, given, scores, own) = (new Blas.Matrix(queries, width), new Blas.Matrix(outer, width), new Blas.Matrix(ofScores, Padded(end)), new Blas.Matrix(rowsOf, width));
                if (at == null)
                {
                    shape.Softmax(scaled, key, piece, begin, rows, softmax);
                }

                Blas.Multiply(softmax.T, given, toValues, end, width, all, keep: keep);
                Blas.Multiply(given, values.T, scores, all, end, width);
                for (var i = 0; i < all; i++)
                {
                    ThroughSoftmax(scores.First + ((long)i * scores.Stride), softmax.First + ((long)i * softmax.Stride), end);
                }

                Blas.Multiply(scores.T, scaled, toKeys, end, width, all, keep: keep);
                Blas.Multiply(scores, keys, own, all, width, end, scale: scale);
                shape.Scatter(rowsOf, ofQuery, piece, begin, rows);
                at = at == null || begin == 0 ? at : at - ((long)shape.Heads * Rows * Padded(begin));
            }

            Blas.Together(before);
        }

        private long ScoresBefore(int begin)
        {
            var sum = 0L;
            for (var end = Rows; end <= begin; end += Rows)
            {
                sum += (long)shape.Heads * Rows * Padded(end);
            }

            return sum;
        }

        // softmax · (gradient - Σ gradient · softmax)
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void ThroughSoftmax(float* gradient, float* softmax, int count)
        {
            var along = Vector512<float>.Zero;
            for (var i = 0; i < count; i += Lanes.Count)
            {
                along = Vector512.FusedMultiplyAdd(Lanes.Load(gradient + i, count - i), Lanes.Load(softmax + i, count - i), along);
            }

            var sum = Vector512.Create(Lanes.Sum(along));
            for (var i = 0; i < count; i += Lanes.Count)
            {
                var left = count - i;
                ((Lanes.Load(gradient + i, left) - sum) * Lanes.Load(softmax + i, left)).Store(gradient + i, left);
            }
        }
    }
}
