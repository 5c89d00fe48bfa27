using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;
using Operand = Rlaif.Learning.Native.GemmBlock.Operand;

namespace Rlaif.Learning.Native;

/// <summary>The f32 product for CPUs on which MKL does not use the widest vectors: packed panels, tiles in registers, blocks in caches (Goto and van de Geijn 2008; Van Zee and van de Geijn
/// 2015). A number is one sum in one order whatever rows and columns stand beside it, so its bits depend neither on them nor on threads.</summary>
internal static unsafe class Gemm
{
    // In tiles: with 36 KB of b in the first cache, 110 KB of a and 300 KB of b stay in the second. a is read as it lies, and b packed: each number of it is read for every twelve rows.
    private const int BlockRows = 8, BlockColumns = 8;

    /// <summary>Whether a product of such a size is ours: on AMD with AVX-512, where MKL computes eight numbers at once. Smaller ones are not worth it.</summary>
    public static bool IsFaster(long rows, long columns, long inner) => IsMeant && Math.Min(Math.Min(rows, columns), inner) >= GemmTile.Columns;

    private static bool IsMeant { get; } = Vector512.IsHardwareAccelerated && IsAmd();

    /// <summary>c = a b, or c + a b, by the team.</summary>
    /// <param name="a">[rows, inner], rows twelve or more.</param>
    /// <param name="b">[inner, columns], columns 32 or more.</param>
    /// <param name="c">[rows, columns], a row's numbers side by side.</param>
    /// <param name="adds">Whether to what c holds.</param>
    public static void Multiply(Tensor a, Tensor b, Tensor c, bool adds)
    {
        var (left, right, rows, columns, inner) = (Matrix.Of(a), Matrix.Of(b), (int)a.shape[0], (int)b.shape[1], (int)a.shape[1]);
        using var memory = TorchMemory.Passing("panels", GemmPanels.Size(inner, columns));
        var pack = new GemmPanels(right, inner, columns, ThreadTeam.Data(memory));
        ThreadTeam.Run(pack, pack.Parts);
        var blocks = new Blocks(new(Operand.Rows(left), pack.Packed, Matrix.Of(c), rows, columns, adds), inner);
        ThreadTeam.Run(blocks, blocks.Parts);
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
        if (!IsFaster(rows, columns, inner))
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

    [StructLayout(LayoutKind.Auto)]
    private readonly struct Blocks(GemmBlock all, int inner) : IKernel
    {
        public int Parts => Down * ThreadTeam.Parts(all.Columns, BlockColumns);

        private int Down => ThreadTeam.Parts(all.Rows, BlockRows);

        public void Part(int part, int worker)
        {
            var (top, left) = (part % Down * BlockRows, part / Down * BlockColumns);
            all.Multiply(top, Math.Min(all.Rows, top + BlockRows), left, Math.Min(all.Columns, left + BlockColumns), inner);
        }
    }
}
