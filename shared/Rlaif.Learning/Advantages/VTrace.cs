using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>Targets and advantages for rollouts of an older policy. With the policy's own rollouts they are the returns of
/// <see cref="GeneralisedAdvantage"/>.</summary>
/// <remarks>w_t = π / μ, ρ_t = min(ρ̄, w_t), c_t = λ min(c̄, w_t); v_t = V_t + ρ_t (r_t + γ V_{t+1} - V_t) + γ c_t (v_{t+1} - V_{t+1});
/// A_t = ρ_t (r_t + γ v_{t+1} - V_t). Espeholt et al. 2018 (IMPALA), section 4.1. λ multiplies c, not ρ. V and v after the last real token are 0.</remarks>
/// <param name="Gamma">γ, 0 to 1.</param>
/// <param name="Lambda">λ, 0 to 1.</param>
/// <param name="RhoBar">ρ̄: decides what is learned, the value of a policy between μ (0) and π (∞); 1 in the paper.</param>
/// <param name="CBar">c̄: decides how far a surprise travels back; 1 in the paper, at most ρ̄.</param>
public sealed record VTrace(double Gamma = 1, double Lambda = 1, double RhoBar = 1, double CBar = 1)
{
    /// <param name="rewards">Per token, [batch, time].</param>
    /// <param name="values">V of the critic, [batch, time].</param>
    /// <param name="logProbs">log π, [batch, time], nats per token.</param>
    /// <param name="behaviour">log μ of the policy that sampled, [batch, time].</param>
    /// <param name="mask">1 on response tokens, [batch, time].</param>
    /// <returns>Advantages A; returns v, the targets of the critic.</returns>
    public TokenAdvantages Of(Tensor rewards, Tensor values, Tensor logProbs, Tensor behaviour, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(logProbs);
        ArgumentNullException.ThrowIfNull(mask);
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var real = mask.to(ScalarType.Bool);
        var (reward, value) = (MaskedStatistics.Fill(rewards, mask), MaskedStatistics.Fill(values, mask));
        var weights = MaskedStatistics.Fill(logProbs - behaviour, mask).exp();
        var (rho, trace) = (weights.clamp_max(RhoBar), Lambda * weights.clamp_max(CBar));
        var length = mask.shape[1];
        var (targets, advantages) = (new Tensor[length], new Tensor[length]);
        var (nextValue, nextTarget) = (zeros_like(value.select(1, 0)), zeros_like(value.select(1, 0)));    // [batch]
        for (var t = length - 1; t >= 0; t--)
        {
            var (r, v, here) = (reward.select(1, t), value.select(1, t), real.select(1, t));
            var surprise = rho.select(1, t) * (r + (Gamma * nextValue) - v);
            advantages[t] = rho.select(1, t) * (r + (Gamma * nextTarget) - v);
            nextTarget = torch.where(here, v + surprise + (Gamma * trace.select(1, t) * (nextTarget - nextValue)), nextTarget);
            nextValue = torch.where(here, v, nextValue);
            targets[t] = nextTarget;
        }

        return new(
            MaskedStatistics.Fill(stack(advantages, 1), mask).MoveToOuterDisposeScope(),
            MaskedStatistics.Fill(stack(targets, 1), mask).MoveToOuterDisposeScope());
    }
}
