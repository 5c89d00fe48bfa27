using System.Runtime.InteropServices;

namespace Rlaif.Learning.Native;

/// <summary>The matrix product of LibTorch's own MKL, for products so small that each thread of a team does its own.</summary>
internal static unsafe class Blas
{
    private static readonly nint Sgemm = Find("sgemm_");
    private static readonly nint SetThreads = Find("MKL_Set_Num_Threads_Local");

    /// <summary>Whether this LibTorch shows it: those of x86-64 do.</summary>
    public static bool IsHere => Sgemm != 0 && SetThreads != 0;

    /// <summary>From now on products of the calling thread are its own. It must be said: asked whether it is inside a team, MKL looks only where LibTorch never set its number of threads, and
    /// else takes another algorithm for as many as there are outside.</summary>
    /// <returns>What <see cref="Together"/> wants to know.</returns>
    public static int Alone() => ((delegate* unmanaged<int, int>)SetThreads)(1);

    /// <summary>As it was before.</summary>
    public static void Together(int before) => ((delegate* unmanaged<int, int>)SetThreads)(before);

    /// <summary>c = a b, or c + a b, all in rows: a [rows, inner], b [inner, columns], c [rows, columns].</summary>
    /// <param name="a">The first matrix.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The result; read where it is added to.</param>
    /// <param name="rows">Of a and c.</param>
    /// <param name="columns">Of b and c.</param>
    /// <param name="inner">Columns of a, rows of b.</param>
    /// <param name="adds">Whether to what c holds.</param>
    public static void Multiply(Matrix a, Matrix b, Matrix c, int rows, int columns, int inner, bool adds = false)
    {
        // Fortran has columns: cᵀ = bᵀ aᵀ.
        var (no, yes) = ((byte)'N', (byte)'T');
        int strideA = (int)a.Stride, strideB = (int)b.Stride, strideC = (int)c.Stride;
        var (scale, keep) = (1f, adds ? 1f : 0f);
        ((delegate* unmanaged<byte*, byte*, int*, int*, int*, float*, float*, int*, float*, int*, float*, float*, int*, void>)Sgemm)(
            b.IsTransposed ? &yes : &no, a.IsTransposed ? &yes : &no, &columns, &rows, &inner, &scale, b.First, &strideB, a.First, &strideA, &keep, c.First, &strideC);
    }

    /// <summary>One product, for whoever wants the library to have chosen its kernels.</summary>
    public static void MultiplyOnce()
    {
        // A row alone would be another function's.
        const int Side = 64;
        var zeros = stackalloc float[Side * Side];
        var result = stackalloc float[Side * Side];
        new Span<float>(zeros, Side * Side).Clear();
        var before = Alone();
        Multiply(new(zeros, Side), new(zeros, Side), new(result, Side), Side, Side, Side);
        Together(before);
    }

    private static nint Find(string name) => NativeLibrary.TryGetExport(LibTorch.Native, name, out var entry) ? entry : 0;
}
