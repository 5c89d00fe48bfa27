using Rlaif.Learning.Models;
using Rlaif.Learning.Tests.Models;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Training;

public class PairBatchTests
{
    // Attention to what a mask leaves, and sums in another order: measured 1e-6 on the tiny models.
    private const float Bound = 1e-5f;

    [Fact]
    public Task Both_responses_are_scored_as_if_each_stood_alone() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        var batch = PairBatch.ForLogProbs(tiny.Pairs);
        var sums = batch.Asked.SequenceLogProbs(policy, batch.Hidden(policy)).cpu().data<float>().ToArray();
        var alone = SequenceLogProbs.Of(policy,
        [
            .. tiny.Pairs.Select(p => new TrainingExample(p.Prompt, p.Chosen)),
            .. tiny.Pairs.Select(p => new TrainingExample(p.Prompt, p.Rejected)),
        ]);
        Assert.All(alone.Zip(sums), pair => Assert.Equal(pair.First.Sum(), pair.Second, 10 * Bound));
    });

    [Fact]
    public Task Both_rewards_are_those_of_each_response_alone() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var model = tiny.RewardModelWithHead();
        var batch = PairBatch.ForRewards(tiny.Pairs);
        var rewards = model.Rewards(batch.Hidden(model.Body).index_select(0, batch.Last)).cpu().data<float>().ToArray();
        var alone = RewardScores.Of(model,
        [
            .. tiny.Pairs.Select(p => new TrainingExample(p.Prompt, p.Chosen)),
            .. tiny.Pairs.Select(p => new TrainingExample(p.Prompt, p.Rejected)),
        ]);
        Assert.All(alone.Zip(rewards), pair => Assert.Equal(pair.First, pair.Second, Bound));
    });

    [Fact]
    public Task What_one_response_says_does_not_reach_the_other() => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        using var policy = ModelFolder.ReadModel(tiny.Start, trainable: false);
        var pair = tiny.Pairs[0];
        float Rejected(int[] chosen)
        {
            var batch = PairBatch.ForLogProbs([pair with { Chosen = chosen }]);
            return batch.Asked.SequenceLogProbs(policy, batch.Hidden(policy))[1].item<float>();
        }

        Assert.Equal(Rejected(pair.Chosen), Rejected([.. pair.Chosen.Select(id => id == 7 ? 8 : 7)]));
    });

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public Task Long_groups_stand_end_to_end_and_what_they_say_is_what_each_response_says_alone(int size) => TinyTraining.Run(tiny =>
    {
        using var scope = NewDisposeScope();
        // One long, two short: in rows most would be padding, so on a card they stand end to end too.
        ResponseGroup[] groups = [.. Enumerable.Range(0, 3).Select(i => new ResponseGroup(
            Text(i, 2 + i), [.. Enumerable.Range(0, size).Select(k => Text((10 * i) + k, (i == 2 ? (size == 1 ? 134 : 54) : 8) + k))]))];
        (Tensor LogProbs, Tensor Gradient) Of(LanguageModel policy, AskedTokens asked, Tensor states)
        {
            var logProbs = asked.SequenceLogProbs(policy, states);
            logProbs.sum().backward();
            return (logProbs, cat([.. policy.Weights.Select(weight => weight.Value.grad!.flatten())]));
        }

        var config = TinyTraining.Config with { MaxPositions = 256 };
        using var together = LanguageModel.Create(config, seed: 3, trainable: true);
        using var alone = LanguageModel.Create(config, seed: 3, trainable: true);
        var batch = GroupBatch.ForLogProbs(groups);
        Assert.Equal((1, groups.Length), (batch.Ids.shape[0], batch.Spans.Count));
        var rows = TokenBatch.Of([.. Enumerable.Range(0, size).SelectMany(k => groups.Select(group => TokenSequence.Of(group.Prompt, group.Responses[k])))]);
        var (said, ours) = (Of(alone, rows.Asked, rows.Hidden(alone)), Of(together, batch.Asked, batch.Hidden(together)));
        Assert.InRange((said.LogProbs - ours.LogProbs).abs().max().item<float>(), 0, 1e-3);
        Assert.InRange((said.Gradient - ours.Gradient).norm().item<float>() / said.Gradient.norm().item<float>(), 0, 1e-5);
    });

    private static int[] Text(int stream, int count) => [.. Enumerable.Range(0, count).Select(t => 5 + (((stream * 31) + (t * 17)) % 43))];

    [Fact]
    public void Responses_of_one_token_and_the_positions_behind_the_prompt()
    {
        using var scope = NewDisposeScope();
        var batch = PairBatch.ForRewards([new([1, 2], [3], [4, 5], 1), new([1], [6, 7], [8], 1)]);
        Assert.Equal([1, 2, 3, 4, 5, 1, 6, 7, 8, 0], batch.Ids.cpu().data<long>());
        Assert.Equal([0, 1, 2, 2, 3, 0, 1, 2, 1, 0], batch.Positions.cpu().data<long>());
        // Of each token what it sees.
        Assert.Equal(
            ["1....", "11...", "111..", "11.1.", "11.11"],
            Enumerable.Range(0, 5).Select(row => string.Concat(Assert.Single(batch.Spans).Mask![0, 0, row].cpu().data<float>().Select(one => one == 0 ? '1' : '.'))));
        Assert.Equal([2, 7, 4, 8], batch.Last.cpu().data<long>());
        // Rows that predict: the prompt's last state for the first token of both, then one state behind.
        var predicts = PairBatch.ForLogProbs([new([1, 2], [3], [4, 5], 1), new([1], [6, 7], [8], 1)]);
        Assert.Equal([3, 6, 7, 4, 5, 8], predicts.Asked.Targets.cpu().data<long>());
        Assert.Equal([1, 3, 4, 1, 2, 3], predicts.Asked.Rows.cpu().data<long>());
        Assert.Equal([0, 1, 1, 2, 2, 3], predicts.Asked.Sequences.cpu().data<long>());
    }
}
