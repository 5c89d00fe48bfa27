using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Direct preference optimisation against log-probabilities of the reference that were computed before the first step.</summary>
internal sealed class DpoObjective(LanguageModel policy, IReadOnlyList<TrainingPair> pairs, ReferenceLogProbs reference, TokenVariant variant) : IObjective
{
    public IReadOnlyList<NamedWeight> Weights => policy.Trained;

    public IReadOnlyList<int> Lengths { get; } = [.. pairs.Select(PairBatch.Length)];

    /// <remarks>The log-ratios tell a healthy run from one that forgets: chosen stays within about half a nat, rejected falls. Both falling
    /// together with a falling loss is the failure that accuracy does not show.</remarks>
    public IReadOnlyList<string> Metrics { get; } =
    [
        "dpo/loss", "dpo/accuracy", "dpo/margin",
        "dpo/chosen_log_ratio_nats_per_sequence", "dpo/rejected_log_ratio_nats_per_sequence",
    ];

    public LossWindow Window(IReadOnlyList<int> examples) =>
        new(examples.Count) { TokensPerPair = examples.Average(i => Tokens(pairs[i])) };

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        TrainingPair[] part = [.. examples.Select(i => pairs[i])];
        var before = new PairLogProbs(
            tensor([.. examples.Select(i => reference.Chosen[i])]), tensor([.. examples.Select(i => reference.Rejected[i])]));
        var preferences = PairFigures.Preferences(part);
        var (loss, margins, ratios) = variant.Of(PairFigures.Tokens(policy, part, variant.NeedsSquares), before, preferences, window.TokensPerPair);
        double[] figures =
        [
            PairFigures.Sum(loss), PairFigures.Agreements(margins, preferences), PairFigures.Sum(margins),
            PairFigures.Sum(ratios.Chosen), PairFigures.Sum(ratios.Rejected),
        ];
        return new(loss.sum() / window.Count, [.. figures.Select(f => f / window.Count)]);
    }

    private static double Tokens(TrainingPair pair) => (pair.Label * pair.Chosen.Length) + ((1 - pair.Label) * pair.Rejected.Length);

    public void Write(string folder) => ModelFolder.WriteModel(folder, policy);

    public void Dispose() => policy.Dispose();
}
