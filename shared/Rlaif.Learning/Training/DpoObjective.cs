using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Direct preference optimisation against log-probabilities of the reference that were computed before the first step.</summary>
internal sealed class DpoObjective(LanguageModel policy, IReadOnlyList<TrainingPair> pairs, ReferenceLogProbs reference, PairVariant variant) : IObjective
{
    public IReadOnlyList<NamedWeight> Weights => policy.Weights;

    public IReadOnlyList<int> Lengths { get; } = [.. pairs.Select(PairBatch.Length)];

    /// <remarks>The log-ratios tell a healthy run from one that forgets: chosen stays within about half a nat, rejected falls. Both falling
    /// together with a falling loss is the failure that accuracy does not show.</remarks>
    public IReadOnlyList<string> Metrics { get; } =
    [
        "dpo/loss", "dpo/accuracy", "dpo/margin",
        "dpo/chosen_log_ratio_nats_per_sequence", "dpo/rejected_log_ratio_nats_per_sequence",
    ];

    public long Count(IReadOnlyList<int> examples) => examples.Count;

    public LossPart Part(IReadOnlyList<int> examples, long window)
    {
        TrainingPair[] part = [.. examples.Select(i => pairs[i])];
        var now = PairFigures.LogProbs(policy, part);
        var before = new PairLogProbs(
            tensor([.. examples.Select(i => reference.Chosen[i])]), tensor([.. examples.Select(i => reference.Rejected[i])]));
        var preferences = PairFigures.Preferences(part);
        var (loss, margins) = variant.Of(now, before, PairFigures.Lengths(part), preferences);
        double[] figures =
        [
            PairFigures.Sum(loss), PairFigures.Agreements(margins, preferences), PairFigures.Sum(margins),
            PairFigures.Sum(now.Chosen - before.Chosen), PairFigures.Sum(now.Rejected - before.Rejected),
        ];
        return new(loss.sum() / window, [.. figures.Select(f => f / window)]);
    }

    public void Write(string folder) => ModelFolder.WriteModel(folder, policy);

    public void Dispose() => policy.Dispose();
}
