using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Rlaif.Learning.Native;
using TorchSharp;

namespace Rlaif.Learning.Models;

/// <summary>What one thread does of <see cref="BlockedAttention"/>.</summary>
internal static unsafe class AttentionKernels
{
    private const int Rows = BlockedAttention.Rows;

    /// <summary>A row of scores begins where a cache line does.</summary>
    public static int Padded(int count) => (count + Lanes.Count - 1) / Lanes.Count * Lanes.Count;

    /// <summary>What one thread does at once: a span of one row of the batch, for the query heads that share a key head.</summary>
    /// <param name="mask">[length, length], or null.</param>
    /// <param name="scores">Where its softmax begins among all.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly unsafe struct Piece(int row, int pair, int begin, int length, float* mask, long scores)
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
    internal readonly unsafe struct Side(float* first, long batch, long head, long token)
    {
        public static Side Of(torch.Tensor x) => new(ThreadTeam.Data(x), x.stride(0), x.stride(1), x.stride(2));

        public float* At(int row, int which, int at) => first + (row * batch) + (which * head) + (at * token);

        public Matrix From(int row, int which, int at) => new(At(row, which, at), (nint)token);
    }

    /// <param name="pieces">All of them.</param>
    /// <param name="heads">Query heads of a key head.</param>
    /// <param name="width">Of a head.</param>
    /// <param name="longest">Padded.</param>
    /// <param name="scratch">Memory of the threads.</param>
    /// <param name="panels">Of one thread, for keys or values.</param>
    /// <param name="perWorker">Of one thread, all.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly unsafe struct Shape(Piece* pieces, int heads, int width, int longest, float* scratch, long panels, long perWorker)
    {
        public int Heads => heads;

        public int Width => width;

        public Piece Piece(int part) => pieces[part];

        /// <summary>For panels of keys or values.</summary>
        public float* Panels(int worker) => scratch + (worker * perWorker);

        public float* Scratch(int worker) => Panels(worker) + panels;

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

        public void Scatter(float* from, Side to, in Piece piece, int begin, int rows, float scale = 1)
        {
            for (var head = 0; head < heads; head++)
            {
                for (var i = 0; i < rows; i++, from += width)
                {
                    var token = to.At(piece.Row, (piece.Pair * heads) + head, piece.Begin + begin + i);
                    for (var at = 0; at < width; at += Lanes.Count)
                    {
                        (Lanes.Load(from + at, width - at) * scale).Store(token + at, width - at);
                    }
                }
            }
        }

        /// <summary>The softmax of a block, from its scaled queries.</summary>
        public void Softmax(Matrix queries, Side keys, in Piece piece, int begin, int rows, Matrix scores, float* panels)
        {
            var end = begin + rows;
            Gemm.MultiplyAlone(queries, keys.From(piece.Row, piece.Pair, piece.Begin).T, scores, heads * rows, end, width, adds: false, panels);
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
    internal readonly unsafe struct Forwards(Shape shape, Side query, Side key, Side value, Side mixed, float* keep) : IKernel
    {
        public void Part(int part, int worker)
        {
            var before = Blas.Alone();
            var piece = shape.Piece(part);
            var scale = 1 / MathF.Sqrt(shape.Width);
            var kept = keep == null ? null : keep + piece.Scores;
            float* panels = shape.Panels(worker), queries = shape.Scratch(worker), rowsOf = queries + shape.RowsSize, scratch = rowsOf + shape.RowsSize;
            for (var begin = 0; begin < piece.Length; begin += Rows)
            {
                var rows = Math.Min(Rows, piece.Length - begin);
                var (end, all) = (begin + rows, shape.Heads * rows);
                var scores = new Matrix(kept == null ? scratch : kept, Padded(end));
                shape.Gather(query, piece, begin, rows, queries, scale);
                shape.Softmax(new(queries, shape.Width), key, piece, begin, rows, scores, panels);
                Gemm.MultiplyAlone(scores, value.From(piece.Row, piece.Pair, piece.Begin), new(rowsOf, shape.Width), all, shape.Width, end, adds: false, panels);
                shape.Scatter(rowsOf, mixed, piece, begin, rows);
                kept = kept == null ? null : kept + ((long)all * scores.Stride);
            }

            Blas.Together(before);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    internal readonly unsafe struct Backwards(Shape shape, Side query, Side key, Side value, Side gradient, Side ofQuery, Side ofKey, Side ofValue, float* kept) : IKernel
    {
        public void Part(int part, int worker)
        {
            var before = Blas.Alone();
            var piece = shape.Piece(part);
            var (scale, width) = (1 / MathF.Sqrt(shape.Width), shape.Width);
            float* panels = shape.Panels(worker), queries = shape.Scratch(worker), outer = queries + shape.RowsSize, rowsOf = outer + shape.RowsSize, ofScores = rowsOf + shape.RowsSize;
            var (keys, values) = (key.From(piece.Row, piece.Pair, piece.Begin), value.From(piece.Row, piece.Pair, piece.Begin));
            var (toKeys, toValues) = (ofKey.From(piece.Row, piece.Pair, piece.Begin), ofValue.From(piece.Row, piece.Pair, piece.Begin));
            var last = (piece.Length - 1) / Rows * Rows;
            var at = kept == null ? null : kept + piece.Scores + ScoresBefore(last);
            // From the last block, which meets all keys: what it gives to them is written, what the others give is added.
            for (var begin = last; begin >= 0; begin -= Rows)
            {
                var rows = Math.Min(Rows, piece.Length - begin);
                var (end, all, adds) = (begin + rows, shape.Heads * rows, begin < last);
                var softmax = new Matrix(at == null ? ofScores + shape.ScoresSize : at, Padded(end));
                shape.Gather(query, piece, begin, rows, queries, scale);
                shape.Gather(gradient, piece, begin, rows, outer, 1);
                var (scaled, given, scores, own) = (new Matrix(queries, width), new Matrix(outer, width), new Matrix(ofScores, Padded(end)), new Matrix(rowsOf, width));
                if (at == null)
                {
                    shape.Softmax(scaled, key, piece, begin, rows, softmax, panels);
                }

                Gemm.MultiplyAlone(softmax.T, given, toValues, end, width, all, adds, panels);
                Gemm.MultiplyAlone(given, values.T, scores, all, end, width, adds: false, panels);
                for (var i = 0; i < all; i++)
                {
                    ThroughSoftmax(scores.First + ((long)i * scores.Stride), softmax.First + ((long)i * softmax.Stride), end);
                }

                Gemm.MultiplyAlone(scores.T, scaled, toKeys, end, width, all, adds, panels);
                Gemm.MultiplyAlone(scores, keys, own, all, width, end, adds: false, panels);
                shape.Scatter(rowsOf, ofQuery, piece, begin, rows, scale);
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
