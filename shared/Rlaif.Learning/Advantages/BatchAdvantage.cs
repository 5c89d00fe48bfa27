using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>What follows a token, against all tokens of the batch: no critic, and no group (REINFORCE++).</summary>
/// <remarks>r_t = -β k1_t, and the score on the last token; G_t = Σ_{s≥t} γ^{s-t} r_s; A = (G - mean G) / √max(var G, 1e-8) over every token of the batch,
/// with the population's variance. Hu 2025; OpenRLHF. Its baseline form takes scores less their group's mean.</remarks>
public static class BatchAdvantage
{
    /// <param name="scores">One for each response, [batch].</param>
    /// <param name="kl">k1 of the policy that sampled against the reference, [batch, time], nats per token.</param>
    /// <param name="mask">1 on response tokens, [batch, time].</param>
    /// <param name="coefficient">β, 0 or more.</param>
    /// <param name="gamma">γ, 0 to 1; 1 in OpenRLHF.</param>
    /// <returns>[batch, time], 0 outside the mask.</returns>
    public static Tensor Of(Tensor scores, Tensor kl, Tensor mask, double coefficient, double gamma = 1) =>
        MaskedStatistics.Standardise(GeneralisedAdvantage.RewardsToGo(RewardShaping.Rewards(scores, kl, mask, coefficient), mask, gamma), mask);
}
