using Rlaif.Learning.Training;

namespace Rlaif.Learning.Rewards;

/// <summary>The reward model's word at the last token. Takes over the judge.</summary>
internal sealed class ModelReward(RewardJudge judge) : IResponseReward, IDisposable
{
    public IReadOnlyList<float> Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancel) =>
        judge.Of([.. answers.Select(answer => new TrainingExample(answer.PromptTokens, answer.Tokens))], cancel);

    public void Dispose() => judge.Dispose();
}
