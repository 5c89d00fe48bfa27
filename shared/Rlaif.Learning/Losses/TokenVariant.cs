using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>A loss of each pair, the margins and the log-ratios behind it, [pairs] each; those two without gradient.</summary>
/// <param name="PerPair">Its mean over the batch is the loss.</param>
/// <param name="Margins">βΔ.</param>
/// <param name="Ratios">log π - log π_ref, nats per sequence, tokens weighed as the loss weighs them.</param>
public sealed record TokenLoss(Tensor PerPair, Tensor Margins, PairRatios Ratios);

/// <summary>The loss of pairs that a recipe names, with all that looks at single tokens: a likelihood term in a mixture, weights of what is beyond the
/// shorter response, and of pairs by how likely the policy is to write them.</summary>
/// <param name="recipe">Null: sigmoid.</param>
/// <param name="beta">β, above 0.</param>
public sealed class TokenVariant(VariantRecipe? recipe, double beta)
{
    private readonly VariantRecipe variant = recipe ?? new();
    private readonly PairVariant ofSums = new(recipe, beta);

    /// <summary>Whether the tokens need <see cref="PairTokens.LogSumsOfSquares"/>.</summary>
    public bool NeedsSquares => variant.Wpo;

    /// <param name="policy">The tokens under the policy.</param>
    /// <param name="reference">Sums under the reference, tokens weighed alike, [pairs], no gradient.</param>
    /// <param name="preference">p that chosen is better, [pairs], 0..1.</param>
    /// <param name="tokensPerPair">For the likelihood of tokens: p |yc| + (1-p) |yr|, its mean over the pairs of the whole step.</param>
    public TokenLoss Of(PairTokens policy, PairLogProbs reference, Tensor preference, double tokensPerPair)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(reference);
        var (plain, lengths) = (policy.Sums(policy.LogProbs), policy.LengthTensors);
        var sums = variant.LdAlpha is null ? plain : LengthDesensitisation.Sums(policy, variant.LdAlpha);
        var (loss, margins) = ofSums.Of(sums, reference, lengths, preference);
        foreach (var (name, weight) in variant.Mixture ?? new Dictionary<string, double>())
        {
            loss = name switch
            {
                "sft" => loss + (weight * LikelihoodTerm.PerToken(plain, preference, tokensPerPair)),
                "sftPerSequence" => loss + (weight * LikelihoodTerm.PerSequence(plain, lengths, preference)),
                _ => loss,
            };
        }

        return new(variant.Wpo ? loss * Weights(policy, lengths) : loss, margins, PairRatios.Of(Fixed(sums), reference, lengths));
    }

    private static Tensor Weights(PairTokens policy, PairLengths lengths)
    {
        var sums = policy.Sums(policy.LogProbs.detach() - policy.LogSumsOfSquares!);
        return OnPolicyWeight.Of(new(sums.Chosen / lengths.Chosen, sums.Rejected / lengths.Rejected));
    }

    private static PairLogProbs Fixed(PairLogProbs sums) => new(sums.Chosen.detach(), sums.Rejected.detach());
}
