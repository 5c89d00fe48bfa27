using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>The loss of pairs that a recipe names. A soft label p weighs the loss of the pair as it stands against that of the pair swapped:
/// p ℓ(c, r) + (1-p) ℓ(r, c), which is the known soft form of sigmoid, IPO and SPPO. A mixture is a weighted sum of losses; its likelihood terms look
/// at tokens and are <see cref="TokenVariant"/>'s.</summary>
/// <param name="recipe">Null: sigmoid.</param>
/// <param name="beta">β, above 0.</param>
public sealed class PairVariant(VariantRecipe? recipe, double beta)
{
    private readonly VariantRecipe variant = recipe ?? new();

    /// <param name="policy">Summed response log-probabilities, [pairs], nats per sequence.</param>
    /// <param name="reference">The same under the reference, no gradient.</param>
    /// <param name="lengths">Tokens of the responses, [pairs].</param>
    /// <param name="preference">p that chosen is better, [pairs], 0..1.</param>
    /// <returns>The loss of each pair; margins βΔ of plain log-ratios, whatever the loss.</returns>
    public PairLoss Of(PairLogProbs policy, PairLogProbs reference, PairLengths lengths, Tensor preference)
    {
        ArgumentNullException.ThrowIfNull(preference);
        if (variant.Mixture is { } mixture)
        {
            return Mixed(mixture, policy, reference, lengths, preference);
        }

        if (variant is { Loss: "sigmoid", Divergence: "reverseKl" })
        {
            return DpoLoss.Of(policy, reference, Smoothed(preference), beta);
        }

        var plain = PairRatios.Of(policy, reference, lengths);
        return new(variant.Loss is "aot" or "aotUnpaired" ? Sorted(policy, reference, plain, preference) : Soft(plain, preference), (beta * plain.Difference).detach());
    }

    private PairLoss Mixed(IReadOnlyDictionary<string, double> mixture, PairLogProbs policy, PairLogProbs reference, PairLengths lengths, Tensor preference)
    {
        var loss = zeros_like(policy.Chosen);
        foreach (var (name, weight) in mixture.Where(part => !VariantRecipe.Likelihoods.Contains(part.Key, StringComparer.Ordinal)))
        {
            loss += weight * new PairVariant(variant with { Loss = name, Mixture = null }, beta).Of(policy, reference, lengths, preference).PerPair;
        }

        return new(loss, (beta * PairRatios.Of(policy, reference, lengths).Difference).detach());
    }

    private Tensor Soft(PairRatios plain, Tensor preference)
    {
        var scores = plain with { Chosen = Score(plain.Chosen), Rejected = Score(plain.Rejected) };
        var p = variant.Loss == "sigmoid" ? Smoothed(preference) : preference;
        var loss = Hard(plain, scores);
        // Not 0 times the other: that may be infinite.
        return p.eq(1).all().item<bool>() ? loss : (p * loss) + ((1 - p) * Hard(plain.Swapped, scores.Swapped));
    }

    private Tensor Hard(PairRatios plain, PairRatios scores) => variant.Loss switch
    {
        "sigmoid" => SoftPreference.NegativeLogLikelihood(beta * scores.Difference, beta * scores.Difference, ones_like(scores.Chosen)),
        "sigmoidPerToken" => SoftPreference.NegativeLogLikelihood(beta * scores.DifferencePerToken, beta * scores.DifferencePerToken, ones_like(scores.Chosen)),
        "robust" => RobustLoss.Of(beta * scores.Difference, variant.LabelSmoothing),
        "hinge" => HingeLoss.Of(beta * scores.Difference),
        "ipo" => IpoLoss.Of(scores.DifferencePerToken, beta),
        "ipoPerSequence" => IpoLoss.Of(scores.Difference, beta),
        "exo" => ExoLoss.Of(beta * scores.Difference, variant.LabelSmoothing),
        "discopop" => DiscoPopLoss.Of(beta * scores.Difference, variant.DiscopopTemperature),
        "nca" => NcaLoss.Of(plain, beta),
        "bco" => BinaryClassifierLoss.Of(plain, beta),
        "sppo" => SppoLoss.Of(plain, beta),
        "apoZero" => ApoLoss.Zero(plain, beta),
        "apoDown" => ApoLoss.Down(plain, beta),
        var other => throw new InputException($"There is no loss {other} of pairs."),
    };

    // Places of a sorted batch have no labels of their own: each pair is turned so that its better response is first.
    private Tensor Sorted(PairLogProbs policy, PairLogProbs reference, PairRatios plain, Tensor preference)
    {
        var turned = preference.lt(0.5);
        PairLogProbs Turned(PairLogProbs of) => new(where(turned, of.Rejected, of.Chosen), where(turned, of.Chosen, of.Rejected));
        var (now, before) = (Turned(policy), Turned(reference));
        return variant.Loss == "aot" ? AotLoss.Paired(now, before, beta, variant.LabelSmoothing)
            : AotLoss.Unpaired(PairRatios.Of(now, before, plain.Lengths), beta, variant.LabelSmoothing);
    }

    private Tensor Score(Tensor logRatios) => variant.Divergence switch
    {
        "forwardKl" => DivergenceScore.ForwardKl(logRatios),
        "jensenShannon" => DivergenceScore.JensenShannon(logRatios),
        "alpha" => DivergenceScore.Alpha(logRatios, variant.Alpha),
        _ => logRatios,
    };

    // Conservative DPO: every label is wrong with probability ε.
    private Tensor Smoothed(Tensor preference) =>
        variant.LabelSmoothing == 0 ? preference : (preference * (1 - (2 * variant.LabelSmoothing))) + variant.LabelSmoothing;
}
