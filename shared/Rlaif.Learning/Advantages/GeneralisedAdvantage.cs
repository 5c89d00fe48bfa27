using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>Advantages and the returns that the critic is to predict, [batch, time], 0 outside the mask, without gradient.</summary>
public sealed record TokenAdvantages(Tensor Advantages, Tensor Returns);

/// <summary>Generalised advantage estimation over the real tokens of each row.</summary>
/// <remarks>δ_t = r_t + γ V_{t+1} - V_t, A_t = δ_t + γλ A_{t+1}, R_t = A_t + V_t; V after the last real token is 0. Schulman et al. 2016, eq. 16.
/// Where the mask has a gap (the output of a tool), the token before it is followed by the one after it. Returns come from advantages as they
/// are here: whiten afterwards, and only the advantages.</remarks>
public static class GeneralisedAdvantage
{
    /// <param name="rewards">Per token, [batch, time].</param>
    /// <param name="values">V of the critic that saw the rollout, [batch, time].</param>
    /// <param name="mask">1 on response tokens, [batch, time].</param>
    /// <param name="gamma">γ, 0 to 1; 1 for responses, in TRL, OpenRLHF and verl.</param>
    /// <param name="lambda">λ, 0 to 1: 0.95 in TRL; 1, the plain return less the value, in OpenRLHF and verl.</param>
    public static TokenAdvantages Of(Tensor rewards, Tensor values, Tensor mask, double gamma = 1, double lambda = 0.95)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        ArgumentNullException.ThrowIfNull(mask);
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var real = mask.to(ScalarType.Bool);
        var (reward, value) = (MaskedStatistics.Fill(rewards, mask), MaskedStatistics.Fill(values, mask));
        var deltas = reward - value;
        var (next, advantage) = (zeros_like(value.select(1, 0)), zeros_like(value.select(1, 0)));     // [batch]
        var columns = new Tensor[mask.shape[1]];
        for (var t = columns.Length - 1; t >= 0; t--)
        {
            var here = real.select(1, t);
            advantage = torch.where(here, deltas.select(1, t) + (gamma * next) + (gamma * lambda * advantage), advantage);
            next = torch.where(here, value.select(1, t), next);
            columns[t] = advantage;
        }

        var advantages = MaskedStatistics.Fill(stack(columns, 1), mask);
        return new(advantages.MoveToOuterDisposeScope(), (advantages + value).MoveToOuterDisposeScope());
    }

    /// <summary>The sum of what follows each token, its own reward included: the advantage without a critic.</summary>
    /// <param name="rewards">Per token, [batch, time].</param>
    /// <param name="mask">1 on response tokens, [batch, time].</param>
    /// <param name="gamma">γ, 0 to 1.</param>
    /// <returns>[batch, time], 0 outside the mask.</returns>
    public static Tensor RewardsToGo(Tensor rewards, Tensor mask, double gamma = 1) => Of(rewards, zeros_like(rewards), mask, gamma, lambda: 1).Advantages;
}
