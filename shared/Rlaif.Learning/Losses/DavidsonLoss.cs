using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Bradley-Terry with ties: a tie is as likely as the geometric mean of both wins, times ν.</summary>
/// <remarks>P(chosen) : P(tie) : P(rejected) = e^(d/2) : ν : e^(-d/2), d = r_chosen - r_rejected. Davidson 1970.</remarks>
public static class DavidsonLoss
{
    /// <summary>log P of (chosen better, tie, rejected better), [pairs, 3].</summary>
    /// <param name="chosen">Rewards, [pairs].</param>
    /// <param name="rejected">Rewards, [pairs].</param>
    /// <param name="logNu">ln ν, a scalar, which may be trained.</param>
    public static Tensor LogProbabilities(Tensor chosen, Tensor rejected, Tensor logNu)
    {
        ArgumentNullException.ThrowIfNull(logNu);
        var half = (chosen - rejected) / 2;
        return nn.functional.log_softmax(stack([half, logNu.expand_as(half), -half], 1), 1);
    }

    /// <summary>Cross-entropy to soft labels; margins d.</summary>
    /// <param name="labels">Probabilities of (chosen better, tie, rejected better), [pairs, 3].</param>
    /// <inheritdoc cref="LogProbabilities"/>
    public static PairLoss Of(Tensor chosen, Tensor rejected, Tensor labels, Tensor logNu) =>
        new(-(labels * LogProbabilities(chosen, rejected, logNu)).sum(1), (chosen - rejected).detach());
}
