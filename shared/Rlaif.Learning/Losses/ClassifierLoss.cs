using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>Logistic regression on single responses: the reward is the log-odds that one is desirable, or whatever the label says.</summary>
/// <remarks>L = -p log σ(r) - (1-p) log σ(-r).</remarks>
public static class ClassifierLoss
{
    /// <param name="rewards">[responses].</param>
    /// <param name="labels">p, [responses], 0..1.</param>
    /// <returns>[responses].</returns>
    public static Tensor Of(Tensor rewards, Tensor labels) => SoftPreference.NegativeLogLikelihood(rewards, rewards, labels);
}
