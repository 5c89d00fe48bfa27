using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>How a log-ratio d = log π - log π_ref of a sampled token estimates KL(π‖π_ref).</summary>
public enum KlKind
{
    /// <summary>d: unbiased; negative for half of the tokens. In the reward its gradient is that of the KL; as a loss its expected gradient is 0.</summary>
    K1,

    /// <summary>d²/2: biased, little near the reference. As a loss its expected gradient is that of KL(π‖π_ref).</summary>
    K2,

    /// <summary>e^-d - 1 + d: unbiased and never negative. As a loss its expected gradient is that of KL(π_ref‖π), the other direction.</summary>
    K3,

    /// <summary>|d|: no estimate of the KL; what verl calls abs.</summary>
    Absolute,
}

/// <summary>KL of single tokens, in nats per token. Mean over tokens and sum over a sequence are different units: say which in every name.</summary>
/// <remarks>Schulman 2020, "Approximating KL divergence". The figure that is reported and the term that is optimised need not be one estimator.</remarks>
public static class KlEstimator
{
    /// <param name="kind">The estimator.</param>
    /// <param name="logProbs">log π of the sampled tokens, [batch, time], nats per token.</param>
    /// <param name="reference">log π_ref of the same tokens, no gradient.</param>
    /// <param name="mask">1 on response tokens, [batch, time].</param>
    /// <param name="limit">Largest absolute value of a token's estimate, no gradient beyond; OpenRLHF has 10. Null: none.</param>
    /// <returns>[batch, time], 0 outside the mask.</returns>
    public static Tensor Of(KlKind kind, Tensor logProbs, Tensor reference, Tensor mask, double? limit = null)
    {
        ArgumentNullException.ThrowIfNull(logProbs);
        var ratio = MaskedStatistics.Fill(logProbs - reference, mask);
        var estimate = kind switch
        {
            KlKind.K1 => ratio,
            KlKind.K2 => ratio.square() / 2,
            KlKind.K3 => (-ratio).expm1() + ratio,
            KlKind.Absolute => ratio.abs(),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        return limit is { } most ? estimate.clamp(-most, most) : estimate;
    }
}
