using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>Bradley-Terry with ties: a difference of rewards below a threshold is not seen.</summary>
/// <remarks>P(chosen) = σ(d - η), P(rejected) = σ(-d - η), P(tie) = (e^2η - 1) P(chosen) P(rejected), d = r_chosen - r_rejected. Rao and Kupper 1967;
/// η = ln θ.</remarks>
public static class RaoKupperLoss
{
    /// <summary>log P of (chosen better, tie, rejected better), [pairs, 3].</summary>
    /// <param name="chosen">Rewards, [pairs].</param>
    /// <param name="rejected">Rewards, [pairs].</param>
    /// <param name="eta">η, a scalar above 0, which may be trained.</param>
    public static Tensor LogProbabilities(Tensor chosen, Tensor rejected, Tensor eta)
    {
        ArgumentNullException.ThrowIfNull(eta);
        var difference = chosen - rejected;
        var (win, lose) = (logsigmoid(difference - eta), logsigmoid(-difference - eta));
        return stack([win, (2 * eta).expm1().log() + win + lose, lose], 1);
    }

    /// <summary>Cross-entropy to soft labels; margins d.</summary>
    /// <param name="labels">Probabilities of (chosen better, tie, rejected better), [pairs, 3].</param>
    /// <inheritdoc cref="LogProbabilities"/>
    public static PairLoss Of(Tensor chosen, Tensor rejected, Tensor labels, Tensor eta) =>
        new(-(labels * LogProbabilities(chosen, rejected, eta)).sum(1), (chosen - rejected).detach());
}
