using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Rlaif.Learning.Losses;

/// <summary>Binary cross-entropy between a soft preference and the preference that a margin implies: what Bradley-Terry and DPO share.</summary>
internal static class SoftPreference
{
    /// <summary>-p log σ(win) - (1-p) log σ(-lose), per pair. logsigmoid, because log(sigmoid(x)) is -∞ from x = -104 on in float32.</summary>
    /// <param name="win">Log-odds that the first is better, as the label p sees it, [pairs].</param>
    /// <param name="lose">Log-odds that the first is better, as the label 1-p sees it, [pairs]; the same as <paramref name="win"/> without a margin.</param>
    /// <param name="probability">p that the first is better, [pairs], 0..1.</param>
    public static Tensor NegativeLogLikelihood(Tensor win, Tensor lose, Tensor probability) =>
        -(probability * logsigmoid(win)) - ((1 - probability) * logsigmoid(-lose));
}
