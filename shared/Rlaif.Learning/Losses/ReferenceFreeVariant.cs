using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>A loss of pairs that looks at the policy alone. A soft label p weighs it against that of the pair swapped, as in
/// <see cref="PairVariant"/>.</summary>
/// <param name="recipe">One of simpo, cpo and orpo.</param>
public sealed class ReferenceFreeVariant(OptimizationRecipe recipe)
{
    /// <param name="sums">Summed response log-probabilities, [pairs], nats per sequence.</param>
    /// <param name="lengths">Tokens of the responses, [pairs].</param>
    /// <param name="preference">p that chosen is better, [pairs], 0..1.</param>
    /// <returns>The loss of each pair; margins of rewards, without the margin that is asked for.</returns>
    public PairLoss Of(PairLogProbs sums, PairLengths lengths, Tensor preference)
    {
        ArgumentNullException.ThrowIfNull(sums);
        ArgumentNullException.ThrowIfNull(lengths);
        ArgumentNullException.ThrowIfNull(preference);
        var loss = Hard(sums, lengths);
        return new(
            preference.eq(1).all().item<bool>() ? loss
                : (preference * loss) + ((1 - preference) * Hard(new(sums.Rejected, sums.Chosen), new(lengths.Rejected, lengths.Chosen))),
            Margins(sums, lengths).detach());
    }

    private Tensor Hard(PairLogProbs sums, PairLengths lengths) => recipe switch
    {
        { Simpo: { } simpo } => SimpoLoss.Of(Rewards(sums, lengths, simpo.Alpha), simpo.Beta, simpo.Gamma, simpo.LabelSmoothing),
        { Cpo: { } cpo } => Cpo(cpo, sums, lengths) + (cpo.NllWeight * NegativeLogLikelihood(sums, lengths)),
        { Orpo: { } orpo } => OrpoLoss.Of(PerToken(sums, lengths), orpo.Beta) + NegativeLogLikelihood(sums, lengths),
        _ => throw new InputException($"{recipe.Algorithm} needs a reference."),
    };

    private Tensor Margins(PairLogProbs sums, PairLengths lengths) => recipe switch
    {
        { Simpo: { } simpo } => simpo.Beta * Rewards(sums, lengths, simpo.Alpha),
        { Cpo: { } cpo } => cpo.Beta * (cpo.Loss == "ipo" ? Difference(PerToken(sums, lengths)) : Difference(sums)),
        { Orpo: { } orpo } => orpo.Beta * Difference(PerToken(sums, lengths)),
        _ => throw new InputException($"{recipe.Algorithm} needs a reference."),
    };

    private static Tensor Cpo(CpoRecipe cpo, PairLogProbs sums, PairLengths lengths) => cpo.Loss switch
    {
        "hinge" => HingeLoss.Of(cpo.Beta * Difference(sums)),
        "ipo" => IpoLoss.Of(Difference(PerToken(sums, lengths)), cpo.Beta),
        _ => SoftPreference.NegativeLogLikelihood(cpo.Beta * Difference(sums), cpo.Beta * Difference(sums), ones_like(sums.Chosen)),
    };

    private static Tensor Rewards(PairLogProbs sums, PairLengths lengths, double alpha)
    {
        var perToken = PerToken(sums, lengths);
        return AlphaReward.Of(perToken.Chosen, alpha) - AlphaReward.Of(perToken.Rejected, alpha);
    }

    // Of the chosen response, per token and then per pair: batches that are cut differently have the same mean.
    private static Tensor NegativeLogLikelihood(PairLogProbs sums, PairLengths lengths) => -sums.Chosen / lengths.Chosen;

    private static PairLogProbs PerToken(PairLogProbs sums, PairLengths lengths) => new(sums.Chosen / lengths.Chosen, sums.Rejected / lengths.Rejected);

    private static Tensor Difference(PairLogProbs of) => of.Chosen - of.Rejected;
}
