using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>Supervised training: cross-entropy of the asked tokens, averaged over those of the whole window.</summary>
/// <param name="policy">Trained.</param>
/// <param name="sequences">The examples.</param>
/// <param name="recipe">What else the loss has; null: nothing.</param>
internal sealed class SftObjective(LanguageModel policy, IReadOnlyList<TokenSequence> sequences, SftRecipe? recipe = null) : IObjective
{
    public IReadOnlyList<NamedWeight> Weights => policy.Weights;

    public IReadOnlyList<int> Lengths { get; } = [.. sequences.Select(s => s.Inputs)];

    public IReadOnlyList<string> Metrics { get; } = ["sft/loss_nats_per_token"];

    public LossWindow Window(IReadOnlyList<int> examples) => new(examples.Sum(i => (long)sequences[i].Targets));

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        var batch = TokenBatch.Of([.. examples.Select(i => sequences[i])]);
        var loss = SupervisedVariant.Of(batch.Asked.Logits(policy, batch.Hidden(policy)), batch.Asked.Targets, window.Count, recipe);
        return new(loss, [loss.item<float>()]);
    }

    public void Write(string folder) => ModelFolder.WriteModel(folder, policy);

    public void Dispose() => policy.Dispose();
}
