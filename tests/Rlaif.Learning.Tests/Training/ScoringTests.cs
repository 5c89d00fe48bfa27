using Rlaif.Learning.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Learning.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

public class ScoringTests
{
    [Fact]
    public Task Log_probabilities_are_those_of_transformers() => Golden.OnModel("tiny-llama", (folder, golden) =>
    {
        using var model = ModelFolder.ReadModel(folder, trainable: false);
        var rows = golden.Json.GetProperty("rows").EnumerateArray().Select(Golden.Ids).ToArray();
        var prompts = Golden.Ids(golden.Json.GetProperty("prompt_lengths"));
        TrainingExample[] examples = [.. rows.Select((ids, i) => new TrainingExample(ids[..prompts[i]], ids[prompts[i]..]))];
        var ours = SequenceLogProbs.Of(model, examples, CancellationToken.None);
        for (var i = 0; i < rows.Length; i++)
        {
            var theirs = golden["token_logprobs"][i].narrow(0, prompts[i] - 1, rows[i].Length - prompts[i]);
            Golden.Near(theirs, tensor(ours[i]), 1e-4, $"log-probabilities of row {i}");
        }
    });

    [Fact]
    public Task What_else_is_scored_does_not_change_a_score() => TinyTraining.Run(tiny =>
    {
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        using var model = tiny.RewardModelWithHead();
        var (logProbs, rewards) = (SequenceLogProbs.Of(policy, tiny.Examples), RewardScores.Of(model, tiny.Examples));
        for (var i = 0; i < tiny.Examples.Count; i++)
        {
            var alone = SequenceLogProbs.Of(policy, [tiny.Examples[i]])[0];
            Assert.Equal(tiny.Examples[i].Response.Length, alone.Length);
            Assert.All(alone.Zip(logProbs[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            Assert.Equal(RewardScores.Of(model, [tiny.Examples[i]])[0], rewards[i], 1e-5f);
        }
    });

    [Fact]
    public Task The_reward_stands_at_the_end_token() => TinyTraining.Run(tiny =>
    {
        using var model = tiny.RewardModelWithHead();
        var (prompt, response) = (tiny.Examples[0].Prompt, tiny.Examples[0].Response);
        var ended = RewardScores.Of(model, [new(prompt, [.. response, 4])])[0];
        var ids = tensor([.. prompt.Concat(response).Append(4).Select(id => (long)id)]).unsqueeze(0);
        Assert.Equal(model.Rewards(ids, tensor(new[] { ids.shape[1] - 1 })).item<float>(), ended, 1e-5f);
        Assert.NotEqual(RewardScores.Of(model, [new(prompt, response)])[0], ended, 1e-3f);
    });
}
