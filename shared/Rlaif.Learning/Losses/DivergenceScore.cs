using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>What takes the place of a log-ratio when the policy is tied to the reference by another divergence than the reverse KL.</summary>
/// <remarks>f'(π/π_ref) up to scale, with the constants of TRL: they cancel in Δ, and do not where responses are divided by their lengths.
/// Wang et al. 2023 (f-DPO).</remarks>
public static class DivergenceScore
{
    /// <summary>e to it is the largest that float32 holds with room for a factor; TRL's limit too.</summary>
    private const double LargestExponent = 80;

    /// <summary>1 - e^-u: the forward KL.</summary>
    /// <param name="logRatios">u = log π - log π_ref, any shape.</param>
    public static Tensor ForwardKl(Tensor logRatios) => 1 - (-logRatios).exp();

    /// <summary>ln 2 + log σ(u): the Jensen-Shannon divergence.</summary>
    /// <inheritdoc cref="ForwardKl"/>
    public static Tensor JensenShannon(Tensor logRatios) => logsigmoid(logRatios) + Math.Log(2);

    /// <summary>(e^((a-1)u) - 1) / (a-1): the α-divergences; u at a = 1, the reverse KL. No gradient where the exponent is above 80.</summary>
    /// <param name="alpha">a.</param>
    /// <inheritdoc cref="ForwardKl"/>
    public static Tensor Alpha(Tensor logRatios, double alpha)
    {
        ArgumentNullException.ThrowIfNull(logRatios);
        return alpha == 1 ? logRatios : (((alpha - 1) * logRatios).clamp_max(LargestExponent).exp() - 1) / (alpha - 1);
    }
}
