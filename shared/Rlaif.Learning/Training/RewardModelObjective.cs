using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using TorchSharp;

namespace Rlaif.Learning.Training;

/// <summary>A reward model: the reward stands at the last token of a response, its end token when it ended. Heads of single principles, where it has them, learn
/// from the same states.</summary>
/// <param name="model">Trained.</param>
/// <param name="pairs">The examples.</param>
/// <param name="pairLoss">Of their rewards.</param>
/// <param name="scale">Responses on which the trained model's scale is measured; null: it gets none.</param>
internal sealed class RewardModelObjective(
    RewardModel model, IReadOnlyList<TrainingPair> pairs, RewardLoss pairLoss, IReadOnlyList<TrainingExample>? scale = null) : IObjective
{
    private readonly IReadOnlyList<string> principles = model.Principles?.Principles ?? [];
    private IReadOnlyList<int> labels = [];     // of each principle in the step

    public IReadOnlyList<NamedWeight> Weights => [.. model.Trained, .. model.Principles?.Weights ?? []];

    public IReadOnlyList<int> Lengths { get; } = [.. pairs.Select(PairBatch.Length)];

    /// <remarks>A principle that nobody was asked about in a step has the accuracy of a guess.</remarks>
    public IReadOnlyList<string> Metrics =>
    [
        "reward_model/loss", "reward_model/accuracy", "reward_model/margin",
        .. principles is [] ? [] : new[] { "reward_model/principles_loss" }, .. principles.Select(name => $"reward_model/accuracy/{name}"),
    ];

    public LossWindow Window(IReadOnlyList<int> examples)
    {
        labels = PrincipleLabels.Count(examples.Select(i => pairs[i]), principles);
        return new(examples.Count);
    }

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        TrainingPair[] part = [.. examples.Select(i => pairs[i])];
        var batch = PairBatch.ForRewards(part);
        var states = batch.Hidden(model.Body).index_select(0, batch.Last);
        var rewards = model.Rewards(states);                                            // [2 * pairs]
        var preferences = PairFigures.Preferences(part);
        var (loss, margins) = pairLoss.Of(rewards.narrow(0, 0, part.Length), rewards.narrow(0, part.Length, part.Length), part, preferences);
        double[] figures = [PairFigures.Sum(loss), PairFigures.Agreements(margins, preferences), PairFigures.Sum(margins)];
        var (principleLoss, principleFigures) = Principles(states, part, window);
        var whole = principleLoss is null ? loss.sum() / window.Count : (loss.sum() / window.Count) + principleLoss;
        return new(whole, [.. figures.Select(f => f / window.Count), .. principleFigures]);
    }

    public void Write(string folder)
    {
        // That of the model that it started from is not its own.
        model.Scale = scale is null ? null : RewardStatistics.Of(RewardScores.Of(model, scale));
        ModelFolder.WriteRewardModel(folder, model);
    }

    public void Dispose() => model.Dispose();

    private (torch.Tensor? Loss, IEnumerable<double> Figures) Principles(torch.Tensor states, TrainingPair[] part, LossWindow window)
    {
        if (principles is [])
        {
            return (null, []);
        }

        var rewards = model.Principles!.Rewards(states);                                // [2 * pairs, principles]
        var said = PrincipleLabels.Of(part, principles);
        var (each, margins) = PrincipleLoss.Of(rewards.narrow(0, 0, part.Length), rewards.narrow(0, part.Length, part.Length), said.Preference, said.Labeled);
        var loss = each.sum() / window.Count;
        var agreements = said.Agreements(margins).Select((agree, k) => labels[k] == 0 ? 0.5 * part.Length / window.Count : agree / labels[k]);
        return (loss, [PairFigures.Sum(loss), .. agreements]);
    }
}
