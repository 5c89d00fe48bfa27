using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>Odds ratio preference optimisation, without its likelihood term: the odds of the better response against those of the worse one.</summary>
/// <remarks>-λ log σ(log odds(c̄) - log odds(r̄)), log odds(u) = u - log(1 - e^u). Hong et al. 2024.</remarks>
public static class OrpoLoss
{
    /// <param name="perToken">Mean log-probabilities of a token, [pairs], nats per token, below 0.</param>
    /// <param name="weight">λ.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Of(PairLogProbs perToken, double weight)
    {
        ArgumentNullException.ThrowIfNull(perToken);
        return -weight * logsigmoid(LogOdds(perToken.Chosen) - LogOdds(perToken.Rejected));
    }

    private static Tensor LogOdds(Tensor logProbs) => logProbs - LogOneMinusExp(logProbs);

    // Two forms: near 0 the one loses what 1 - e^u has, far from it the other does. Each is given an argument at which its gradient is finite.
    private static Tensor LogOneMinusExp(Tensor logProbs)
    {
        var isNear = logProbs.gt(-Math.Log(2));
        var near = where(isNear, logProbs, full_like(logProbs, -0.5));
        var far = where(isNear, full_like(logProbs, -1), logProbs);
        return where(isNear, (-near.expm1()).log(), (-far.exp()).log1p());
    }
}
