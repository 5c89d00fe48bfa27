using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Recipes;

namespace Rlaif.Learning.Rewards;

/// <summary>The reward model's word at the last token. Takes over the model.</summary>
internal sealed class ModelReward(RewardModel model) : IResponseReward, IDisposable
{
    public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel)
    {
        var scores = RewardScores.Of(model, [.. answers.Select(answer => new TrainingExample(answer.PromptTokens, answer.Tokens))], cancel);
        return Array.FindIndex(scores, score => !float.IsFinite(score)) is var at and >= 0
            ? throw new InputException($"The reward model gives a response of {answers[at].Tokens.Length} tokens the reward {scores[at]}; train another one.")
            : scores;
    }

    public void Dispose() => model.Dispose();
}
