using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Optimization;

/// <summary>LibTorch's fused operators that TorchSharp does not expose, reached through TorchScript.</summary>
/// <remarks>Only tensors and lists of tensors cross: a number would travel as a Scalar that nothing keeps alive.</remarks>
internal static class OptimizerKernels
{
    private static readonly jit.CompilationUnit Script = jit.compile("""
        def adamw(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], step: Tensor, h: Tensor) -> Tensor:
            none: List[Tensor] = []
            torch._fused_adamw_(p, g, m, v, none, [step for _ in p], lr=float(h[0]), beta1=float(h[1]), beta2=float(h[2]), weight_decay=float(h[3]),
                                eps=float(h[4]), amsgrad=False, maximize=False)
            return step

        def clip(g: List[Tensor], limit: Tensor) -> Tensor:
            norm = torch.norm(torch.stack(torch._foreach_norm(g, 2)), 2)
            torch._foreach_mul_(g, torch.clamp(limit / (norm + 1e-6), max=1.0))
            return norm

        """);

    /// <param name="hyper">Learning rate, β1, β2, weight decay, ε as one float64 tensor on the CPU: the script reads them.</param>
    /// <param name="step">Number of this step from 1, float32.</param>
    public static void AdamW(Tensor[] parameters, Tensor[] gradients, Tensor[] means, Tensor[] squares, Tensor step, Tensor hyper) =>
        Script.invoke<Tensor>("adamw", parameters, gradients, means, squares, step, hyper).Dispose();

    /// <returns>The norm before, a scalar.</returns>
    public static Tensor Clip(Tensor[] gradients, Tensor limit) => Script.invoke<Tensor>("clip", gradients, limit);
}
