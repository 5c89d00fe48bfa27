using static TorchSharp.torch;

namespace Rlaif.Learning.Native;

/// <summary>What MKL computes with on a CPU: its exponentials, logarithms and products.</summary>
internal static class VectorMath
{
    /// <summary>To be called on one thread before two can need them at once. Whoever calls them first in a process asks which processor it is, and writes the
    /// answer down in two steps; who reads it between the two takes a kernel from the next row of MKL's table, which has half the digits
    /// (<c>mkl_vml_serv_cpu_detect</c> of LibTorch 2.10, docs/decisions.md). Products ask too; nobody has seen one of theirs go wrong.</summary>
    public static void Settle()
    {
        if (Blas.IsHere)
        {
            Blas.MultiplyOnce();
        }

        using var one = ones(1, device: CPU);
        using var result = one.exp();
    }
}
