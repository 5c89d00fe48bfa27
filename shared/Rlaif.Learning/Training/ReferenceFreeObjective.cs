using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;

namespace Rlaif.Learning.Training;

/// <summary>Preference optimisation on pairs by the policy's own log-probabilities.</summary>
/// <param name="algorithm">As it stands in the metrics' names.</param>
internal sealed class ReferenceFreeObjective(string algorithm, LanguageModel policy, IReadOnlyList<TrainingPair> pairs, ReferenceFreeVariant variant) : IObjective
{
    public IReadOnlyList<NamedWeight> Weights => policy.Trained;

    public IReadOnlyList<int> Lengths { get; } = [.. pairs.Select(PairBatch.Length)];

    /// <remarks>Nothing ties the policy to where it began: a chosen log-probability that falls is the first sign that it forgets.</remarks>
    public IReadOnlyList<string> Metrics { get; } =
    [
        $"{algorithm}/loss", $"{algorithm}/accuracy", $"{algorithm}/margin", $"{algorithm}/chosen_log_prob_nats_per_token",
        $"{algorithm}/rejected_log_prob_nats_per_token",
    ];

    public LossWindow Window(IReadOnlyList<int> examples) => new(examples.Count);

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        TrainingPair[] part = [.. examples.Select(i => pairs[i])];
        var (now, lengths, preferences) = (PairFigures.LogProbs(policy, part), PairFigures.Lengths(part), PairFigures.Preferences(part));
        var (loss, margins) = variant.Of(now, lengths, preferences);
        double[] figures =
        [
            PairFigures.Sum(loss), PairFigures.Agreements(margins, preferences), PairFigures.Sum(margins),
            PairFigures.Sum(now.Chosen / lengths.Chosen), PairFigures.Sum(now.Rejected / lengths.Rejected),
        ];
        return new(loss.sum() / window.Count, [.. figures.Select(f => f / window.Count)]);
    }

    public void Write(string folder) => ModelFolder.WriteModel(folder, policy);

    public void Dispose() => policy.Dispose();
}
