using Rlaif.Learning.Models;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>A micro-batch's part of a supervised loss.</summary>
/// <param name="Loss">What is learnt, a scalar.</param>
/// <param name="CrossEntropy">Plain, whatever is learnt: a scalar in nats per token, no gradient.</param>
public sealed record SupervisedLoss(Tensor Loss, Tensor CrossEntropy);

/// <summary>The supervised loss that a recipe names: cross-entropy, smoothed or weighed by what is likely already, with or without a term that holds the
/// logits.</summary>
public static class SupervisedVariant
{
    /// <summary>Whether what is learnt is the cross-entropy and nothing else.</summary>
    /// <param name="recipe">Null: it is.</param>
    public static bool IsPlain(SftRecipe? recipe) => recipe is not ({ Dft: true } or { LabelSmoothing: > 0 } or { ZLoss: > 0 });

    /// <summary>Whether the loss needs more of a distribution than the probability of its target.</summary>
    /// <param name="recipe">Null: it does not.</param>
    public static bool NeedsLogits(SftRecipe? recipe) => recipe is { LabelSmoothing: > 0 } or { ZLoss: > 0 };

    /// <summary>The loss where it needs no logits.</summary>
    /// <param name="logProbs">[tokens], nats.</param>
    /// <param name="windowTokens">Tokens that count in all micro-batches of the optimizer step.</param>
    /// <param name="recipe">Null: plain cross-entropy.</param>
    public static SupervisedLoss OfLogProbs(Tensor logProbs, long windowTokens, SftRecipe? recipe)
    {
        var crossEntropy = CrossEntropyLoss.OfLogProbs(logProbs, windowTokens);
        return new(recipe is { Dft: true } ? DynamicFineTuningLoss.Of(logProbs, windowTokens) : crossEntropy, crossEntropy.detach());
    }

    /// <param name="recipe">Null: plain cross-entropy.</param>
    /// <inheritdoc cref="CrossEntropyLoss.Of"/>
    public static SupervisedLoss Of(Tensor logits, Tensor targets, long windowTokens, SftRecipe? recipe)
    {
        var loss = recipe is { Dft: true } ? OfLogProbs(TokenLogProbs.Of(logits, targets), windowTokens, recipe) : Smoothed(logits, targets, windowTokens, recipe?.LabelSmoothing ?? 0);
        return recipe?.ZLoss is > 0 and var weight ? loss with { Loss = loss.Loss + ZLoss.Of(logits, windowTokens, weight) } : loss;
    }

    private static SupervisedLoss Smoothed(Tensor logits, Tensor targets, long windowTokens, double smoothing)
    {
        var loss = CrossEntropyLoss.Of(logits, targets, windowTokens, smoothing);
        if (smoothing == 0)
        {
            return new(loss, loss.detach());
        }

        // -log p is the smoothed loss less ε (logit of the target - mean of the logits): no second softmax.
        using var still = no_grad();
        var above = logits.gather(1, targets.unsqueeze(1)).squeeze(1) - logits.mean([1]);
        return new(loss, loss.detach() - (smoothing * above.sum() / windowTokens));
    }
}
