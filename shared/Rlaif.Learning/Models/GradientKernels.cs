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

        """);

    /// <summary>gradient · d silu(x) / dx, in one pass.</summary>
    public static Tensor Silu(Tensor gradient, Tensor x) => Script.invoke<Tensor>("silu", gradient, x);
}
