using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Rlaif.Learning.Native;

/// <summary>A matrix in memory, row by row.</summary>
/// <param name="first">Where it begins.</param>
/// <param name="stride">From one row in memory to the next.</param>
/// <param name="isTransposed">Whether its rows are columns there.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe struct Matrix(float* first, nint stride, bool isTransposed = false)
{
    public float* First => first;

    public nint Stride => stride;

    public bool IsTransposed => isTransposed;

    public Matrix T => new(first, stride, !isTransposed);

    public float* At(int row, int column) => isTransposed ? first + row + (column * stride) : first + (row * stride) + column;

    /// <summary>What is left of it from there on.</summary>
    public Matrix From(int row, int column) => new(At(row, column), stride, isTransposed);

    /// <summary>[rows, columns], of which one or the other lie side by side; whoever takes it keeps the tensor alive.</summary>
    public static Matrix Of(Tensor x) => x.stride(1) == 1 ? new(ThreadTeam.Data(x), (nint)x.stride(0)) : new(ThreadTeam.Data(x), (nint)x.stride(1), isTransposed: true);

    /// <summary>Whether <see cref="Of"/> takes it as it is.</summary>
    public static bool Fits(Tensor x) => x.stride(1) == 1 || x.stride(0) == 1;
}
