using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>One reward from several reward functions.</summary>
public static class RewardSum
{
    /// <summary>Weighted sum of the rewards that exist; NaN for a response that no function could score.</summary>
    /// <param name="perFunction">[batch, functions], NaN where there is none.</param>
    /// <param name="weights">[functions].</param>
    /// <returns>[batch].</returns>
    public static Tensor Of(Tensor perFunction, Tensor weights)
    {
        ArgumentNullException.ThrowIfNull(perFunction);
        var missing = perFunction.isnan();
        return (perFunction.masked_fill(missing, 0) * weights).sum(1).masked_fill(missing.all(1), double.NaN);
    }
}
