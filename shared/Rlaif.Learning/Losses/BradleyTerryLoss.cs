using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Bradley-Terry reward model on a soft label, with a margin and with rewards drawn towards 0.</summary>
/// <remarks>L = -p log σ(d - m) - (1-p) log σ(-d - m) + c (r_chosen + r_rejected)², with d = r_chosen - r_rejected.
/// p = 1, m = 0, c = 0: Ouyang et al. 2022, eq. 1. m: Touvron et al. 2023, eq. 2; on a soft label both sides lose it. c: Eisenstein et al. 2023.</remarks>
public static class BradleyTerryLoss
{
    /// <param name="chosen">Rewards, [pairs].</param>
    /// <param name="rejected">Rewards, [pairs].</param>
    /// <param name="preference">p that chosen is better, [pairs], 0..1.</param>
    /// <param name="margin">m, [pairs], by how much the better reward should lead; null: 0.</param>
    /// <param name="centring">c, 0 or more. The pairs fix only differences: without it rewards drift.</param>
    /// <returns>The loss of each pair; margins d.</returns>
    public static PairLoss Of(Tensor chosen, Tensor rejected, Tensor preference, Tensor? margin = null, double centring = 0)
    {
        var difference = chosen - rejected;     // [pairs]
        var loss = margin is null
            ? SoftPreference.NegativeLogLikelihood(difference, difference, preference)
            : SoftPreference.NegativeLogLikelihood(difference - margin, difference + margin, preference);
        return new(centring == 0 ? loss : loss + (centring * (chosen + rejected).square()), difference.detach());
    }
}
