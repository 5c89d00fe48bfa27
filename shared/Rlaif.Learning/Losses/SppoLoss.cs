using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Self-play preference optimisation: each response's log-ratio has a target of its own.</summary>
/// <remarks>(c - 1/(2β))² + (r + 1/(2β))². Wu et al. 2024, with certain labels; the paper's η is 1/β.</remarks>
public static class SppoLoss
{
    /// <param name="ratios">c and r.</param>
    /// <param name="beta">β, above 0.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Of(PairRatios ratios, double beta)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        var target = 1 / (2 * beta);
        return (ratios.Chosen - target).square() + (ratios.Rejected + target).square();
    }
}
