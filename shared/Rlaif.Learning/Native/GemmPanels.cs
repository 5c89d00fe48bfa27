using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Rlaif.Learning.Native;

/// <summary>Both matrices of a product in the order in which <see cref="GemmTile"/> reads them: a's rows twelve by twelve and b's columns 32 by 32, of each panel first what meets the first
/// number of the sum. A last panel is filled with zeros.</summary>
/// <param name="a">[rows, inner].</param>
/// <param name="b">[columns, inner]: transposed.</param>
/// <param name="rows">Of a.</param>
/// <param name="columns">Of b.</param>
/// <param name="inner">Of both.</param>
/// <param name="ofA">Where a's panels go.</param>
/// <param name="ofB">Where b's do.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe struct GemmPanels(Matrix a, Matrix b, int rows, int columns, int inner, float* ofA, float* ofB) : IKernel
{
    // Of a transposed panel so much at once that each line of the cache is read once.
    private const int Step = 16;

    public int Parts => ThreadTeam.Parts(rows, GemmTile.Rows) + ThreadTeam.Parts(columns, GemmTile.Columns);

    public void Part(int part, int worker)
    {
        var ofRows = ThreadTeam.Parts(rows, GemmTile.Rows);
        if (part < ofRows)
        {
            Pack(a, part * GemmTile.Rows, rows, GemmTile.Rows, ofA + ((long)part * GemmTile.Rows * inner));
        }
        else
        {
            part -= ofRows;
            Pack(b, part * GemmTile.Columns, columns, GemmTile.Columns, ofB + ((long)part * GemmTile.Columns * inner));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(Matrix from, int begin, int end, int width, float* to)
    {
        var stride = from.Stride;
        for (var k = 0; k < inner; k += Step)
        {
            var count = Math.Min(Step, inner - k);
            for (var four = 0; four < width; four += 4)
            {
                var left = Math.Min(4, end - begin - four);
                var target = to + ((long)k * width) + four;
                if (left < 4)
                {
                    Some(from, begin + four, left, k, count, target, width);
                }
                else if (from.IsTransposed)
                {
                    Copy(from.First + begin + four + (k * stride), stride, count, target, width);
                }
                else
                {
                    Turn(from.First + ((begin + four) * stride) + k, stride, count, target, width);
                }
            }
        }
    }

    // Four numbers side by side.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(float* from, long stride, int count, float* to, int width)
    {
        for (var i = 0; i < count; i++, from += stride, to += width)
        {
            Vector128.Load(from).Store(to);
        }
    }

    // Four rows become four columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(float* from, long stride, int count, float* to, int width)
    {
        var i = 0;
        for (; i + 4 <= count; i += 4, from += 4, to += 4 * width)
        {
            var (first, second, third, fourth) = (Vector128.Load(from), Vector128.Load(from + stride), Vector128.Load(from + (2 * stride)), Vector128.Load(from + (3 * stride)));
            var (low, lower) = (Sse.UnpackLow(first, second), Sse.UnpackLow(third, fourth));
            var (high, higher) = (Sse.UnpackHigh(first, second), Sse.UnpackHigh(third, fourth));
            Sse.MoveLowToHigh(low, lower).Store(to);
            Sse.MoveHighToLow(lower, low).Store(to + width);
            Sse.MoveLowToHigh(high, higher).Store(to + (2 * width));
            Sse.MoveHighToLow(higher, high).Store(to + (3 * width));
        }

        for (; i < count; i++, from++, to += width)
        {
            Vector128.Create(from[0], from[stride], from[2 * stride], from[3 * stride]).Store(to);
        }
    }

    private static void Some(Matrix from, int begin, int left, int k, int count, float* to, int width)
    {
        var (across, along) = from.IsTransposed ? (1L, from.Stride) : (from.Stride, 1L);
        for (var i = 0; i < count; i++, to += width)
        {
            for (var row = 0; row < 4; row++)
            {
                to[row] = row < left ? from.First[((begin + row) * across) + ((k + i) * along)] : 0;
            }
        }
    }
}
