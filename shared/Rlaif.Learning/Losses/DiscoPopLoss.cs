using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>A blend of the logistic and the exponential loss that a language model found.</summary>
/// <remarks>(1-m) (-log σ(x)) + m exp(-x), m = σ(x/τ). Lu et al. 2024 The last term as exp(log σ(x/τ) - x): the product is 0 · ∞ for a very
/// negative margin.</remarks>
public static class DiscoPopLoss
{
    /// <param name="margins">x = βΔ, [pairs].</param>
    /// <param name="temperature">τ, above 0; 0.05 in the paper.</param>
    /// <returns>[pairs].</returns>
    public static Tensor Of(Tensor margins, double temperature)
    {
        ArgumentNullException.ThrowIfNull(margins);
        var scaled = margins / temperature;
        return (torch.sigmoid(-scaled) * -logsigmoid(margins)) + (logsigmoid(scaled) - margins).exp();
    }
}
