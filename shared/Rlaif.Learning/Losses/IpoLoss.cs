using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>A margin to reach and not to exceed, so that certain labels do not pull for ever.</summary>
/// <remarks>(δ - 1/(2β))². Azar et al. 2023 There δ is the difference of sums; TRL takes that of means over tokens.</remarks>
public static class IpoLoss
{
    /// <param name="differences">δ, [pairs]: nats per token or per sequence.</param>
    /// <param name="beta">β, above 0.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Of(Tensor differences, double beta) => (differences - (1 / (2 * beta))).square();
}
