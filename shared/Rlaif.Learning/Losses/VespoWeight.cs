using Rlaif.Learning.Advantages;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>VESPO's weight of a response: near 1 on policy, falling smoothly where the policies differ, without a bound to sit on.</summary>
/// <remarks>φ(w) = exp(λ + k log w - λ w), w = exp(Σ_t log π - log π_old) times the correction for the sampler. Computed in logarithms, which are kept
/// within [ln 1e-8, 20]; TRL's limits.</remarks>
internal static class VespoWeight
{
    private const double LargestLog = 20;
    private static readonly double SmallestLog = Math.Log(1e-8);

    /// <returns>[batch, 1], no gradient.</returns>
    public static Tensor Of(GrpoBatch batch, Tensor logRatios, GrpoOptions options)
    {
        var log = logRatios.detach().clamp(-LargestLog, LargestLog).sum(-1, keepdim: true);
        if (batch.Weights is { } weights)
        {
            var corrections = weights.log().clamp(SmallestLog, LargestLog);
            log = log + (weights.shape[1] == 1 ? corrections : MaskedStatistics.Fill(corrections, batch.Mask)).sum(-1, keepdim: true);
        }

        log = log.clamp(SmallestLog, LargestLog);
        var (up, down) = (options.VespoPositive, options.VespoNegative);
        return torch.where(batch.Advantages.unsqueeze(-1).ge(0), Gamma(log, up), Gamma(log, down));
    }

    private static Tensor Gamma(Tensor log, GammaShape shape) => (shape.Lambda + (shape.K * log) - (shape.Lambda * log.exp())).exp();
}
