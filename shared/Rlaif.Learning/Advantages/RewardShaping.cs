using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Advantages;

/// <summary>From the score of a response to the rewards of its tokens: clip the score, subtract the penalty of an unfinished response, put it on the
/// last real token, and let every token pay for its KL. Whitening, if any, follows: <see cref="MaskedStatistics.Whiten"/> that keeps the mean.</summary>
/// <remarks>Stiennon et al. 2020, section 3.4; Ouyang et al. 2022, eq. 2.</remarks>
public static class RewardShaping
{
    /// <summary>Scores as they are put on tokens, [batch].</summary>
    /// <param name="scores">Of a reward model, [batch].</param>
    /// <param name="finished">Whether the response has its end token, [batch], bool or 1 and 0.</param>
    /// <param name="clip">Largest absolute score, before the penalty; OpenRLHF has 10. Null: none.</param>
    /// <param name="missingEndPenalty">What an unfinished response loses, 0 or more. Subtracted, so that better unfinished responses stay better.</param>
    public static Tensor Scores(Tensor scores, Tensor finished, double? clip = null, double missingEndPenalty = 0)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(finished);
        var clipped = clip is { } most ? scores.clamp(-most, most) : scores;
        return torch.where(finished.to(ScalarType.Bool), clipped, clipped - missingEndPenalty);
    }

    /// <summary>r_t = -β kl_t, and the score on the last real token, [batch, time]; 0 outside the mask.</summary>
    /// <remarks>Not one position later, where TRL 1.12 puts the score when there is room: that token was not chosen by the policy, and the
    /// advantage of the real ones is γλ too small.</remarks>
    /// <param name="scores">[batch].</param>
    /// <param name="kl">Of the policy that sampled against the reference, [batch, time], nats per token: K1 to be unbiased.</param>
    /// <param name="mask">1 on response tokens, the end token among them, [batch, time].</param>
    /// <param name="coefficient">β, 0 or more; 0.05 in TRL.</param>
    public static Tensor Rewards(Tensor scores, Tensor kl, Tensor mask, double coefficient)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(mask);
        var penalties = MaskedStatistics.Fill(kl, mask) * -coefficient;
        return torch.where(LastToken(mask), penalties + scores.unsqueeze(-1), penalties);
    }

    /// <summary>True on the last real token of each row, [batch, time]; nowhere in a row without any.</summary>
    public static Tensor LastToken(Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        var real = mask.to(ScalarType.Bool);
        var soFar = real.to(ScalarType.Int64).cumsum(-1);
        return real.logical_and(soFar.eq(real.sum(-1, keepdim: true)));
    }
}
