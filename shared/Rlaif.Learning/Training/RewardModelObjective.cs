using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using TorchSharp;

namespace Rlaif.Learning.Training;

/// <summary>A Bradley-Terry reward model: the reward stands at the last token of a response, its end token when it ended.</summary>
internal sealed class RewardModelObjective(RewardModel model, IReadOnlyList<TrainingPair> pairs, double centring) : IObjective
{
    public IReadOnlyList<NamedWeight> Weights => model.Trained;

    public IReadOnlyList<int> Lengths { get; } = [.. pairs.Select(PairBatch.Length)];

    public IReadOnlyList<string> Metrics { get; } = ["reward_model/loss", "reward_model/accuracy", "reward_model/margin"];

    public LossWindow Window(IReadOnlyList<int> examples) => new(examples.Count);

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        TrainingPair[] part = [.. examples.Select(i => pairs[i])];
        var batch = PairBatch.ForRewards(part);
        var rewards = model.Rewards(batch.Hidden(model.Body).index_select(0, batch.Last));                  // [2 * pairs]
        var preferences = PairFigures.Preferences(part);
        var (loss, margins) = BradleyTerryLoss.Of(
            rewards.narrow(0, 0, part.Length), rewards.narrow(0, part.Length, part.Length), preferences, centring: centring);
        double[] figures = [PairFigures.Sum(loss), PairFigures.Agreements(margins, preferences), PairFigures.Sum(margins)];
        return new(loss.sum() / window.Count, [.. figures.Select(f => f / window.Count)]);
    }

    public void Write(string folder) => ModelFolder.WriteRewardModel(folder, model);

    public void Dispose() => model.Dispose();
}
