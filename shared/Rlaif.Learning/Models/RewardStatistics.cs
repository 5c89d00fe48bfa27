using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Where the rewards of a model lie, measured on fixed responses: pairs fix differences only, so the zero of a reward model and, with another
/// rate or more steps, its unit are its own. z = (r - mean) / deviation is the same for all of them.</summary>
/// <remarks>Responses of the starting policy: Ziegler et al. 2019, section 2.1, and Stiennon et al. 2020, appendix C, fix mean and deviation there.</remarks>
/// <param name="Mean">Mean reward.</param>
/// <param name="Deviation">Standard deviation (n - 1), above 0.</param>
public sealed record RewardStatistics(double Mean, double Deviation)
{
    /// <exception cref="InputException">Fewer than two rewards, rewards that are all the same, or one that is not finite.</exception>
    public static RewardStatistics Of(IReadOnlyList<float> rewards)
    {
        var mean = rewards.Count == 0 ? double.NaN : rewards.Average(reward => (double)reward);
        var deviation = Math.Sqrt(rewards.Sum(reward => (reward - mean) * (reward - mean)) / (rewards.Count - 1));
        return deviation > 0 && double.IsFinite(deviation) ? new(mean, deviation) : throw new InputException(
            $"A reward model has no scale on {rewards.Count} responses whose rewards have the mean {mean:R} and the deviation {deviation:R}; it takes two that differ. Train it on more pairs.");
    }

    /// <summary>z of one reward.</summary>
    public float Normalised(float reward) => (float)((reward - Mean) / Deviation);

    /// <summary>z of each, in any shape; gradients flow.</summary>
    public Tensor Normalised(Tensor rewards) => (rewards - Mean) / Deviation;
}
