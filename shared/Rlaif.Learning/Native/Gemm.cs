using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Rlaif.Learning.Native;

/// <summary>The f32 product of large matrices, for CPUs on which MKL does not use the widest vectors: packed panels, tiles in registers, blocks in caches (Goto and van de Geijn 2008; Van Zee and
/// van de Geijn 2015). A number is summed in one order whatever rows and columns stand beside it, so its bits depend neither on them nor on threads.</summary>
internal static unsafe class Gemm
{
    // Of the panels: 36 KB of b stay in the first cache, with 110 KB of a and 300 KB of b in the second.
    private const int Depth = 288, BlockRows = 8 * GemmTile.Rows, BlockColumns = 8 * GemmTile.Columns;

    /// <summary>Whether a product of such a size is ours: on AMD with AVX-512, where MKL computes eight numbers at once. Small ones are not worth their packing.</summary>
    public static bool IsFaster(long rows, long columns, long inner) =>
        IsMeant && Math.Min(Math.Min(rows, columns), inner) >= GemmTile.Columns;

    private static bool IsMeant { get; } = Vector512.IsHardwareAccelerated && IsAmd();

    /// <summary>c = a b, or c + a b.</summary>
    /// <param name="a">[rows, inner].</param>
    /// <param name="b">[inner, columns].</param>
    /// <param name="c">[rows, columns], a row's numbers side by side.</param>
    /// <param name="adds">Whether to what c holds.</param>
    public static void Multiply(Tensor a, Tensor b, Tensor c, bool adds)
    {
        var (rows, columns, inner) = ((int)a.shape[0], (int)b.shape[1], (int)a.shape[1]);
        long ofA = (long)ThreadTeam.Parts(rows, BlockRows) * BlockRows * inner, ofB = (long)ThreadTeam.Parts(columns, GemmTile.Columns) * GemmTile.Columns * inner;
        using var memory = TorchMemory.Passing("panels", ofA + ofB);
        var panels = ThreadTeam.Data(memory);
        var pack = new GemmPanels(Matrix.Of(a), Matrix.Of(b).T, rows, columns, inner, panels, panels + ofA);
        ThreadTeam.Run(pack, pack.Parts);
        var blocks = new Blocks(panels, panels + ofA, Matrix.Of(c), rows, columns, inner, adds);
        ThreadTeam.Run(blocks, blocks.Parts);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(c);
    }

    // "AuthenticAMD", in the order of the registers.
    private static bool IsAmd() => X86Base.IsSupported && X86Base.CpuId(0, 0) is { Ebx: 0x68747541, Edx: 0x69746e65, Ecx: 0x444d4163 };

    [StructLayout(LayoutKind.Auto)]
    private readonly struct Blocks(float* a, float* b, Matrix c, int rows, int columns, int inner, bool adds) : IKernel
    {
        public int Parts => ThreadTeam.Parts(rows, BlockRows) * ThreadTeam.Parts(columns, BlockColumns);

        public void Part(int part, int worker)
        {
            var down = ThreadTeam.Parts(rows, BlockRows);
            var (top, left) = (part % down * BlockRows, part / down * BlockColumns);
            var (bottom, right) = (Math.Min(rows, top + BlockRows), Math.Min(columns, left + BlockColumns));
            var depth = ThreadTeam.Parts(inner, ThreadTeam.Parts(inner, Depth));
            for (var begin = 0; begin < inner; begin += depth)
            {
                var (count, sums) = (Math.Min(depth, inner - begin), adds || begin > 0);
                for (var column = left; column < right; column += GemmTile.Columns)
                {
                    for (var row = top; row < bottom; row += GemmTile.Rows)
                    {
                        Tile(row, column, begin, count, sums);
                    }
                }
            }
        }

        private void Tile(int row, int column, int begin, int count, bool sums)
        {
            float* ofA = a + ((long)row * inner) + (begin * GemmTile.Rows), ofB = b + ((long)column * inner) + (begin * GemmTile.Columns), to = c.First + (row * c.Stride) + column;
            if (rows - row >= GemmTile.Rows && columns - column >= GemmTile.Columns)
            {
                GemmTile.Multiply(ofA, ofB, count, to, c.Stride, sums);
                return;
            }

            // At an edge: of the whole tile what there is of it.
            var tile = stackalloc float[GemmTile.Rows * GemmTile.Columns];
            GemmTile.Multiply(ofA, ofB, count, tile, GemmTile.Columns, adds: false);
            for (var i = 0; i < Math.Min(GemmTile.Rows, rows - row); i++, to += c.Stride, tile += GemmTile.Columns)
            {
                for (var at = 0; at < Math.Min(GemmTile.Columns, columns - column); at += Lanes.Count)
                {
                    var (sum, some) = (Vector512.Load(tile + at), columns - column - at);
                    (sums ? Lanes.Load(to + at, some) + sum : sum).Store(to + at, some);
                }
            }
        }
    }
}
