using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Rlaif.Learning.Native;

/// <summary>Twelve rows of a product by 32 columns, the part of it that stays in registers: 24 sums of sixteen, two of b's vectors and one number of a, of 32 registers.</summary>
internal static unsafe class GemmTile
{
    public const int Rows = 12, Columns = 2 * Lanes.Count;

    /// <summary>c [12, 32] = a b, or c + a b. Each number of the product is one sum in the order of a's columns.</summary>
    /// <param name="a">The first number.</param>
    /// <param name="down">From a number of a to the next of its column.</param>
    /// <param name="along">From a number of a to the next of its row.</param>
    /// <param name="b">The first number; 32 lie side by side.</param>
    /// <param name="next">From a row of b to the next.</param>
    /// <param name="count">Columns of a.</param>
    /// <param name="c">The first number of the tile.</param>
    /// <param name="stride">Of c.</param>
    /// <param name="adds">Whether to what c holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* a, nint down, nint along, float* b, nint next, int count, float* c, nint stride, bool adds)
    {
        Row r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default, r6 = default, r7 = default, r8 = default, r9 = default, r10 = default, r11 = default;
        float* a3 = a + (3 * down), a6 = a + (6 * down), a9 = a + (9 * down);
        for (var end = b + (count * next); b != end; b += next, a += along, a3 += along, a6 += along, a9 += along)
        {
            var (left, right) = (Vector512.Load(b), Vector512.Load(b + Lanes.Count));
            r0.Add(a[0], left, right);
            r1.Add(a[down], left, right);
            r2.Add(a[2 * down], left, right);
            r3.Add(a3[0], left, right);
            r4.Add(a3[down], left, right);
            r5.Add(a3[2 * down], left, right);
            r6.Add(a6[0], left, right);
            r7.Add(a6[down], left, right);
            r8.Add(a6[2 * down], left, right);
            r9.Add(a9[0], left, right);
            r10.Add(a9[down], left, right);
            r11.Add(a9[2 * down], left, right);
        }

        r0.Store(c, adds);
        r1.Store(c += stride, adds);
        r2.Store(c += stride, adds);
        r3.Store(c += stride, adds);
        r4.Store(c += stride, adds);
        r5.Store(c += stride, adds);
        r6.Store(c += stride, adds);
        r7.Store(c += stride, adds);
        r8.Store(c += stride, adds);
        r9.Store(c += stride, adds);
        r10.Store(c += stride, adds);
        r11.Store(c + stride, adds);
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Row
    {
        private Vector512<float> left, right;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float a, Vector512<float> b, Vector512<float> next)
        {
            var all = Vector512.Create(a);
            left = Vector512.FusedMultiplyAdd(all, b, left);
            right = Vector512.FusedMultiplyAdd(all, next, right);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* c, bool adds)
        {
            (adds ? Vector512.Load(c) + left : left).Store(c);
            (adds ? Vector512.Load(c + Lanes.Count) + right : right).Store(c + Lanes.Count);
        }
    }
}
