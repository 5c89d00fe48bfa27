using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>What is weighed: each token by its own ratio, or all tokens of a response by the product of theirs.</summary>
public enum WeightLevel
{
    /// <summary>One weight for each token, biased and tame.</summary>
    Token,

    /// <summary>One weight for each response: unbiased, and far from 1 for long ones.</summary>
    Sequence,
}

/// <summary>What becomes of a weight outside its bounds.</summary>
public enum WeightLimit
{
    /// <summary>It is moved to the bound.</summary>
    Truncate,

    /// <summary>It becomes 0: the token or response is not learned from.</summary>
    Mask,
}

/// <summary>Weight of a sample that another policy drew (an older one, or the same weights in another engine): current / behaviour, without gradient.</summary>
/// <remarks>exp(log π - log μ). Truncated: Ionides 2008; as correction between sampler and trainer: Yao et al. 2025. TRL's default is Sequence, Mask, 3.</remarks>
public static class ImportanceWeight
{
    /// <param name="logProbs">log π of the policy that is corrected for, [batch, time], nats per token.</param>
    /// <param name="behaviour">log μ as the sampler gave it with each token.</param>
    /// <param name="mask">1 on response tokens, [batch, time].</param>
    /// <param name="level">Token or sequence.</param>
    /// <param name="limit">What becomes of a weight outside its bounds.</param>
    /// <param name="most">Largest weight; 3 in TRL.</param>
    /// <param name="least">Smallest weight; null: none.</param>
    /// <returns>[batch, time], 1 outside the mask; or [batch, 1].</returns>
    public static Tensor Of(
        Tensor logProbs, Tensor behaviour, Tensor mask, WeightLevel level = WeightLevel.Sequence, WeightLimit limit = WeightLimit.Mask,
        double most = 3, double? least = null)
    {
        ArgumentNullException.ThrowIfNull(logProbs);
        var logRatios = MaskedStatistics.Fill((logProbs - behaviour).detach(), mask);
        var weights = (level == WeightLevel.Token ? logRatios : logRatios.sum(-1, keepdim: true)).exp();
        if (limit == WeightLimit.Truncate)
        {
            return weights.clamp(least ?? 0, most);
        }

        var outside = weights.gt(most).logical_or(weights.lt(least ?? 0));
        return weights.masked_fill(outside, 0);
    }
}
