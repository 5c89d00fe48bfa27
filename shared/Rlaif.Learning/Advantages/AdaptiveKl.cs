namespace Rlaif.Learning.Advantages;

/// <summary>The coefficient of the KL penalty, moved so that the measured KL comes to its target. All of its state is
/// <see cref="Coefficient"/>, which a checkpoint must hold.</summary>
/// <remarks>β ← β (1 + clip(kl / target - 1, ±0.2) · samples / horizon). Ziegler et al. 2019, section 2.2.</remarks>
/// <param name="Coefficient">β, above 0; 0.2 in the paper.</param>
/// <param name="Target">The KL to come to, above 0: 6 nats per sequence in the paper, about 0.1 nats per token in verl.</param>
/// <param name="Horizon">Samples in which a steady error of 20 % moves β by 20 %; 10 000 in the paper.</param>
public sealed record AdaptiveKl(double Coefficient, double Target, double Horizon = 10_000)
{
    private const double LargestError = 0.2;

    /// <summary>The controller after one batch of rollouts.</summary>
    /// <param name="kl">Mean KL of the batch, in the target's unit: per sequence or per token.</param>
    /// <param name="samples">Rollouts in the batch.</param>
    public AdaptiveKl After(double kl, long samples)
    {
        var error = Math.Clamp((kl / Target) - 1, -LargestError, LargestError);
        return this with { Coefficient = Coefficient * (1 + (error * samples / Horizon)) };
    }
}
