using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Supervised training: cross-entropy of the asked tokens, averaged over those of the whole window.</summary>
/// <param name="policy">Trained.</param>
/// <param name="sequences">The examples.</param>
/// <param name="recipe">What else the loss has, and whether short examples share a row; null: nothing, and no.</param>
internal sealed class SftObjective(LanguageModel policy, IReadOnlyList<TokenSequence> sequences, SftRecipe? recipe = null) : IObjective
{
    public IReadOnlyList<NamedWeight> Weights => policy.Trained;

    public IReadOnlyList<int> Lengths { get; } = [.. sequences.Select(s => s.Inputs)];

    /// <remarks>The loss by its own name where it is no cross-entropy: nats per token are to mean the same in every training.</remarks>
    public IReadOnlyList<string> Metrics { get; } = [.. SupervisedVariant.IsPlain(recipe) ? [] : new[] { "sft/loss" }, "sft/loss_nats_per_token"];

    public LossWindow Window(IReadOnlyList<int> examples) => new(examples.Sum(i => (long)sequences[i].Targets));

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        var (asked, states) = States([.. examples.Select(i => sequences[i])]);
        var loss = SupervisedVariant.NeedsLogits(recipe)
            ? SupervisedVariant.Of(asked.Logits(policy, states), asked.Targets, window.Count, recipe)
            : SupervisedVariant.OfLogProbs(asked.LogProbs(policy, states), window.Count, recipe);
        return new(loss.Loss, [.. SupervisedVariant.IsPlain(recipe) ? [] : new double[] { loss.Loss.item<float>() }, loss.CrossEntropy.item<float>()]);
    }

    private (AskedTokens Asked, Tensor States) States(TokenSequence[] part)
    {
        if (recipe is { Packing: true })
        {
            var packed = GroupBatch.Packed(part);
            return (packed.Asked, packed.Hidden(policy));
        }

        var batch = TokenBatch.Of(part);
        return (batch.Asked, batch.Hidden(policy));
    }

    public void Write(string folder) => ModelFolder.WriteModel(folder, policy);

    public void Dispose() => policy.Dispose();
}
