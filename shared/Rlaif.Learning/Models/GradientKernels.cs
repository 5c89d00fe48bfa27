using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>LibTorch's derivatives that TorchSharp does not expose, reached through TorchScript.</summary>
/// <remarks>One operator each: autograd's thread on a card optimises scripts, and more would get other last bits after the first calls.</remarks>
internal static class GradientKernels
{
    private static readonly jit.CompilationUnit Script = jit.compile("""
        def silu(gradient: Tensor, x: Tensor) -> Tensor:
            return torch.silu_backward(gradient, x)

        def softmax(gradient: Tensor, result: Tensor) -> Tensor:
            return torch._softmax_backward_data(gradient, result, -1, result.dtype)

        """);

    /// <summary>gradient · d silu(x) / dx, in one pass.</summary>
    public static Tensor Silu(Tensor gradient, Tensor x) => Script.invoke<Tensor>("silu", gradient, x);

    /// <summary>result · (gradient - Σ gradient · result) with the result of a softmax over the last dimension, in one pass.</summary>
    public static Tensor Softmax(Tensor gradient, Tensor result) => Script.invoke<Tensor>("softmax", gradient, result);
}
