using static TorchSharp.torch;

namespace Rlaif.Learning.Optimization;

/// <summary>Clipping by one global L2 norm over all gradients (Pascanu et al. 2013).</summary>
/// <remarks>Multiplies by min(1, max / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_: a gradient of exactly the largest norm is scaled by 0.999999.</remarks>
public static class GradientClip
{
    /// <summary>Scales the gradients in place.</summary>
    /// <returns>The norm before, a scalar; not read back here, so a device need not wait.</returns>
    public static Tensor Apply(Tensor[] gradients, double maxNorm)
    {
        using var limit = tensor(maxNorm, gradients[0].dtype, gradients[0].device);
        return OptimizerKernels.Clip(gradients, limit);
    }
}
