using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>A reward model that says of a response on its own how likely it has what the labels are about.</summary>
/// <param name="model">Trained.</param>
/// <param name="responses">The examples.</param>
/// <param name="centring">Weight of the squared reward.</param>
/// <param name="scale">Responses on which the trained model's scale is measured; null: it gets none.</param>
internal sealed class ClassifierObjective(
    RewardModel model, IReadOnlyList<JudgedExample> responses, double centring, IReadOnlyList<TrainingExample>? scale = null) : IObjective
{
    public IReadOnlyList<NamedWeight> Weights => model.Trained;

    public IReadOnlyList<int> Lengths { get; } = [.. responses.Select(one => one.Prompt.Length + one.Response.Length)];

    public IReadOnlyList<string> Metrics { get; } = ["classifier/loss", "classifier/accuracy", "classifier/labeled"];

    public LossWindow Window(IReadOnlyList<int> examples) => new(examples.Count);

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        JudgedExample[] part = [.. examples.Select(i => responses[i])];
        var batch = GroupBatch.ForRewards([.. part.Select(one => new ResponseGroup(one.Prompt, [one.Response]))]);
        var rewards = model.Rewards(batch.Hidden(model.Body).index_select(0, batch.Last));
        var labels = tensor([.. part.Select(one => (float)one.Desirable)]);
        var loss = ClassifierLoss.Of(rewards, labels) + (centring * rewards.square());
        double[] figures = [PairFigures.Sum(loss), PairFigures.Agreements(rewards.detach(), labels), part.Sum(one => one.Desirable)];
        return new(loss.sum() / window.Count, [.. figures.Select(f => f / window.Count)]);
    }

    public void Write(string folder)
    {
        model.Scale = scale is null ? null : RewardStatistics.Of(RewardScores.Of(model, scale));
        ModelFolder.WriteRewardModel(folder, model);
    }

    public void Dispose() => model.Dispose();
}
