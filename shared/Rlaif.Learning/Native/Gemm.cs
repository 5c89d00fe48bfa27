using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;
using Operand = Rlaif.Learning.Native.GemmBlock.Operand;

namespace Rlaif.Learning.Native;

/// <summary>The f32 product for CPUs on which MKL does not use the widest vectors: packed panels, tiles in registers, blocks in caches (Goto and van de Geijn 2008; Van Zee and van de Geijn
/// 2015). Each number is added up in one order, whatever rows and columns stand beside it and whoever computes it.</summary>
internal static unsafe class Gemm
{
    // In tiles: with 36 KB of b in the first cache, 110 KB of a and 300 KB of b stay in the second. a is read as it lies, and b packed: each number of it is read for every twelve rows.
    private const int Block = 8;

    // Numbers of b that are packed at once, 16 MB: a head over a large vocabulary would be as large again.
    private const int Packed = 1 << 22;

    /// <summary>Whether a product of such a size is ours: on AMD with AVX-512, where MKL computes eight numbers at once. Smaller ones are not worth it.</summary>
    public static bool Takes(long rows, long columns, long inner) => IsMeant && Math.Min(Math.Min(rows, columns), inner) >= GemmTile.Columns;

    private static bool IsMeant { get; } = Vector512.IsHardwareAccelerated && IsAmd();

    /// <summary>Whether both lie where it reads them.</summary>
    public static bool Reaches(Tensor a, Tensor b) => ThreadTeam.Reaches(a) && ThreadTeam.Reaches(b) && Matrix.Fits(a) && Matrix.Fits(b);

    /// <summary>Whether it can write there.</summary>
    public static bool ReachesResult(Tensor c) => ThreadTeam.Reaches(c) && c.stride(1) == 1 && c.stride(0) >= c.shape[1];

    /// <summary>c = a b, or c + a b, by the team.</summary>
    /// <param name="a">[rows, inner].</param>
    /// <param name="b">[inner, columns].</param>
    /// <param name="c">[rows, columns], a row's numbers side by side.</param>
    /// <param name="adds">Whether to what c holds.</param>
    /// <exception cref="ArgumentException">They do not fit, or are less than a tile.</exception>
    public static void Multiply(Tensor a, Tensor b, Tensor c, bool adds)
    {
        var (rows, columns, inner) = ((int)a.shape[0], (int)b.shape[1], (int)a.shape[1]);
        // From here on nobody else looks where numbers lie.
        if (!Reaches(a, b) || !ReachesResult(c) || b.shape[0] != inner || c.shape[0] != rows || c.shape[1] != columns || rows < GemmTile.Rows || columns < GemmTile.Columns || inner < 1)
        {
            throw new ArgumentException($"[{string.Join(", ", a.shape)}] by [{string.Join(", ", b.shape)}] to [{string.Join(", ", c.shape)}] was asked as a product of ours.");
        }

        var (ofA, ofB, ofC) = (Matrix.Of(a), Matrix.Of(b), Matrix.Of(c));
        var most = Math.Max(1, Packed / inner / GemmTile.Columns) * GemmTile.Columns;
        using var memory = TorchMemory.Passing("panels", GemmPanels.Size(inner, Math.Min(columns, most)));
        for (var begin = 0; begin < columns; begin += most)
        {
            // Less than a tile at the end: its tile begins in the columns before.
            var count = Math.Min(most, columns - begin);
            var pack = new GemmPanels(ofB.From(0, begin), inner, count, ThreadTeam.Data(memory));
            ThreadTeam.Run(pack, pack.Parts);
            var blocks = Blocks.Of(new(Operand.Rows(ofA), pack.Packed, ofC.From(0, begin), rows, count, adds), inner);
            ThreadTeam.Run(blocks, blocks.Parts);
        }

        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(c);
    }

    /// <summary>c = a b, or c + a b, by the calling thread: by MKL where that is faster.</summary>
    /// <param name="a">[rows, inner].</param>
    /// <param name="b">[inner, columns].</param>
    /// <param name="c">[rows, columns], a row's numbers side by side.</param>
    /// <param name="rows">Of a and c.</param>
    /// <param name="columns">Of b and c.</param>
    /// <param name="inner">Of a and b.</param>
    /// <param name="adds">Whether to what c holds.</param>
    /// <param name="panels">Memory for b's, <see cref="GemmPanels.Size"/>, where it is transposed.</param>
    public static void MultiplyAlone(Matrix a, Matrix b, Matrix c, int rows, int columns, int inner, bool adds, float* panels)
    {
        if (!Takes(rows, columns, inner))
        {
            Blas.Multiply(a, b, c, rows, columns, inner, adds);
            return;
        }

        var pack = new GemmPanels(b, inner, columns, panels);
        for (var part = 0; b.IsTransposed && part < pack.Parts; part++)
        {
            pack.Part(part, worker: 0);
        }

        var block = new GemmBlock(Operand.Rows(a), b.IsTransposed ? pack.Packed : Operand.Columns(b), c, rows, columns, adds);
        block.Multiply(0, block.Rows, 0, block.Columns, inner);
    }

    // "AuthenticAMD", in the order of the registers.
    private static bool IsAmd() => X86Base.IsSupported && X86Base.CpuId(0, 0) is { Ebx: 0x68747541, Edx: 0x69746e65, Ecx: 0x444d4163 };

    /// <param name="all">The product.</param>
    /// <param name="inner">Its depth.</param>
    /// <param name="rows">Of a block, in tiles.</param>
    /// <param name="columns">Of a block, in tiles.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly struct Blocks(GemmBlock all, int inner, int rows, int columns) : IKernel
    {
        public int Parts => Down * ThreadTeam.Parts(all.Columns, columns);

        private int Down => ThreadTeam.Parts(all.Rows, rows);

        /// <summary>As large as caches like them, and small enough that no thread waits long for another.</summary>
        public static Blocks Of(GemmBlock all, int inner)
        {
            const int Each = 4;
            var blocks = new Blocks(all, inner, Block, Block);
            for (int rows = Block, columns = Block; blocks.Parts < Each * get_num_threads() && rows * columns > 1; blocks = new(all, inner, rows, columns))
            {
                (rows, columns) = columns < rows ? (rows / 2, columns) : (rows, columns / 2);
            }

            return blocks;
        }

        public void Part(int part, int worker)
        {
            var (top, left) = (part % Down * rows, part / Down * columns);
            all.Multiply(top, Math.Min(all.Rows, top + rows), left, Math.Min(all.Columns, left + columns), inner);
        }
    }
}
