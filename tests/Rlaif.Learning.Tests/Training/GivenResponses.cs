using System.Text.Json;
using Rlaif.Learning.Advantages;
using Rlaif.Learning.Models;
using Rlaif.Learning.Tests.Losses;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Testing;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

/// <summary>Responses of the file, scored by the frozen reward model.</summary>
internal sealed class GivenResponses(double missingEndPenalty) : TestRollouts
{
    private const int End = 2;

    private readonly JsonElement data = Golden.Read("trajectories/data_ppo.json");
    private readonly RewardModel rewardModel = ModelFolder.ReadRewardModel(Fixtures.Path("trajectories/base_reward"), trainable: false);

    public IReadOnlyList<int> Lengths => [.. data.GetProperty("prompts").EnumerateArray().Select(prompt => prompt.GetArrayLength())];

    public override IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel)
    {
        TrainingExample[] answers = [.. prompts.Select(prompt => new TrainingExample(Row("prompts", prompt), Response(prompt)))];
        var scores = tensor(RewardScores.Of(rewardModel, answers, cancel), device: CPU);
        var ended = answers.Select(answer => answer.Response[^1] == End).ToArray();
        var shaped = RewardShaping.Scores(scores, tensor(ended, device: CPU), missingEndPenalty: missingEndPenalty).data<float>().ToArray();
        return [.. answers.Select((answer, i) => new Rollout(new(answer.Prompt, [answer.Response]), [ended[i]], [shaped[i]]))];
    }

    public override void Dispose()
    {
        rewardModel.Dispose();
        base.Dispose();
    }

    private int[] Row(string name, int row) => [.. data.GetProperty(name)[row].EnumerateArray().Select(id => id.GetInt32())];

    private int[] Response(int prompt)
    {
        var padded = Row("responses", prompt);
        var end = Array.IndexOf(padded, End);
        return end < 0 ? padded : padded[..(end + 1)];
    }
}
