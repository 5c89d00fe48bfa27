using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>The supervised loss that a recipe names: cross-entropy, smoothed or weighed by what is likely already, with or without a term that holds the
/// logits.</summary>
public static class SupervisedVariant
{
    /// <param name="recipe">Null: plain cross-entropy.</param>
    /// <inheritdoc cref="CrossEntropyLoss.Of"/>
    public static Tensor Of(Tensor logits, Tensor targets, long windowTokens, SftRecipe? recipe)
    {
        var loss = recipe is { Dft: true } ? DynamicFineTuningLoss.Of(logits, targets, windowTokens)
            : CrossEntropyLoss.Of(logits, targets, windowTokens, recipe?.LabelSmoothing ?? 0);
        return recipe?.ZLoss is > 0 and var weight ? loss + ZLoss.Of(logits, windowTokens, weight) : loss;
    }
}
