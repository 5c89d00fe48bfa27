using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rlaif.Learning.Native;

/// <summary>A product's second matrix in the order in which <see cref="GemmTile"/> reads it: rows of as many columns as a tile has, panel after panel. The last one is full too: it begins where
/// the matrix has as many columns left.</summary>
/// <param name="matrix">[rows, columns].</param>
/// <param name="rows">Its rows.</param>
/// <param name="columns">Its columns, a tile's or more.</param>
/// <param name="to">Room for <see cref="Size"/> numbers.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe struct GemmPanels(Matrix matrix, int rows, int columns, float* to) : IKernel
{
    // Of a row in memory a line of the cache at once; and of as many rows.
    private const int Line = Lanes.Count, Rows = 32, Width = GemmTile.Columns;

    public int Parts => matrix.IsTransposed ? Panels : ThreadTeam.Parts(rows, Rows);

    public GemmBlock.Operand Packed => new(to, 1, Width, (nint)rows * Width);

    private int Panels => ThreadTeam.Parts(columns, Width);

    public static long Size(int rows, int columns) => (long)rows * Width * ThreadTeam.Parts(columns, Width);

    /// <summary>Memory is read as it lies: a panel of a transposed matrix, rows of another one for all panels.</summary>
    public void Part(int part, int worker)
    {
        if (matrix.IsTransposed)
        {
            for (var row = 0; row < rows; row += Line)
            {
                Pack(part, row, Math.Min(Line, rows - row));
            }
        }
        else
        {
            for (var panel = 0; panel < Panels; panel++)
            {
                Pack(panel, part * Rows, Math.Min(Rows, rows - (part * Rows)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(int panel, int row, int count)
    {
        var (stride, isTransposed) = (matrix.Stride, matrix.IsTransposed);
        float* from = matrix.At(row, Math.Min(panel * Width, columns - Width)), target = to + ((((nint)panel * rows) + row) * Width);
        if (isTransposed)
        {
            for (var end = target + Width; target < end; target += 4, from += 4 * stride)
            {
                Turn(from, stride, count, target);
            }
        }
        else
        {
            for (var end = target + (count * Width); target < end; target += Width, from += stride)
            {
                Vector512.Load(from).Store(target);
                Vector512.Load(from + Lanes.Count).Store(target + Lanes.Count);
            }
        }
    }

    // Four rows in memory become four columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(float* from, nint stride, int count, float* to)
    {
        var i = 0;
        for (; i + 4 <= count; i += 4, from += 4, to += 4 * Width)
        {
            var (first, second, third, fourth) = (Vector128.Load(from), Vector128.Load(from + stride), Vector128.Load(from + (2 * stride)), Vector128.Load(from + (3 * stride)));
            var (low, lower) = (Sse.UnpackLow(first, second), Sse.UnpackLow(third, fourth));
            var (high, higher) = (Sse.UnpackHigh(first, second), Sse.UnpackHigh(third, fourth));
            Sse.MoveLowToHigh(low, lower).Store(to);
            Sse.MoveHighToLow(lower, low).Store(to + Width);
            Sse.MoveLowToHigh(high, higher).Store(to + (2 * Width));
            Sse.MoveHighToLow(higher, high).Store(to + (3 * Width));
        }

        for (; i < count; i++, from++, to += Width)
        {
            Vector128.Create(from[0], from[stride], from[2 * stride], from[3 * stride]).Store(to);
        }
    }
}
