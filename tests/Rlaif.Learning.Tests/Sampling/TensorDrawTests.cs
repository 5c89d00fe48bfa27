using CsCheck;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Tests.Training;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Sampling;

/// <summary>All rows at once draw what a row at a time draws.</summary>
public class TensorDrawTests
{
    [Fact]
    public Task The_same_tokens_are_drawn_from_the_same_logits() => TorchThread.Run(() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[2, 1500], Gen.Double[0.1, 8], Gen.Int[0, 10_000]).Sample((rows, vocabulary, spread, seed) =>
        {
            var random = new RandomStream((ulong)seed, 0);
            // Half of the seeds have few different logits: ties.
            var logits = Enumerable.Range(0, rows * vocabulary).Select(_ => random.NextNormal() * spread)
                .Select(logit => (float)(seed % 2 == 0 ? logit : Math.Round(logit))).ToArray();
            var requests = Enumerable.Range(0, rows).Select(_ => Requests.Drawn([0], 9, random.Next() % 7 == 0 ? 1 : (int)(random.Next() % 99)) with
            {
                Temperature = random.Next() % 4 switch { 0 => 0, 1 => 1, _ => 0.05 + (2 * random.NextDouble()) },
                TopP = random.Next() % 3 == 0 ? 1 : 0.01 + (0.98 * random.NextDouble()),
                TopLogProbs = (int)(random.Next() % 3),
            }).ToArray();
            using var scope = NewDisposeScope();
            var scores = torch.tensor(logits, rows, vocabulary);
            Same(new TokenDraw(vocabulary).Next(scores, UnderWay(requests)), TensorDraw.Next(scores, UnderWay(requests)));
        }, iter: 100, threads: 1), TestContext.Current.CancellationToken);

    [Fact]
    public Task A_token_that_cannot_be_is_never_drawn() => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        var logits = torch.tensor([.. Enumerable.Range(0, 1111).Select(id => id % 4 == 3 ? 0f : float.NegativeInfinity)], 1, 1111).expand(500, -1);
        var rows = UnderWay([.. Enumerable.Range(0, 500).Select(stream => Requests.Drawn([0], 9, stream))]);
        var drawn = Enumerable.Range(0, 10).SelectMany(_ => TensorDraw.Next(logits, rows)).Select(token => token.Id).ToHashSet();
        Assert.All(drawn, id => Assert.Equal(3, id % 4));
        Assert.True(drawn.Contains(3) && drawn.Contains(1107) && drawn.Count > 270, $"{drawn.Count} of 277 tokens were drawn in 5000");
    }, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public Task A_score_that_is_not_a_number_is_refused(float score) => TorchThread.Run(() =>
    {
        using var scope = NewDisposeScope();
        var logits = torch.tensor([1, 2, 3, 1, score, 2], 2, 3);
        var error = Assert.ThrowsAny<InputException>(() => TensorDraw.Next(logits, UnderWay([Requests.Drawn([0], 1, 0), Requests.Greedy([0], 1)])));
        Assert.Contains($"token 1 with {score}", error.Message, StringComparison.Ordinal);
    }, TestContext.Current.CancellationToken);

    private static ResponseUnderWay[] UnderWay(SamplingRequest[] requests) =>
        [.. requests.Select((request, index) => new ResponseUnderWay(index, request, TinyTraining.Config))];

    private static void Same(SampledToken[] expected, SampledToken[] actual) => Assert.All(expected.Zip(actual), pair =>
    {
        Assert.Equal(pair.First.Id, pair.Second.Id);
        Assert.Equal(pair.First.LogProb, pair.Second.LogProb, 1e-6f);
        Assert.Equal(pair.First.DrawnLogProb, pair.Second.DrawnLogProb, 1e-5f);
        Assert.Equal(pair.First.Top.Select(top => top.Id), pair.Second.Top.Select(top => top.Id));
        Assert.All(pair.First.Top.Zip(pair.Second.Top), top => Assert.Equal(top.First.LogProb, top.Second.LogProb, 1e-6f));
    });
}
