using Rlaif.Learning.Models;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Tests.Models;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Sampling;

public class SamplerTests
{
    [Theory]
    [InlineData("tiny-llama")]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-qwen3")]
    [InlineData("tiny-smollm")]
    public Task Recorded_log_probabilities_are_those_of_a_full_pass(string name) => OnModel(name, model =>
    {
        // Long enough that the cache grows, and that some rows meet the end of the positions.
        var batch = Requests.Mixed(model.Config.Vocabulary, 12).Select(request => request with { MaxNewTokens = request.MaxNewTokens * 6 }).ToArray();
        var responses = Sample(model, batch);
        Assert.All(batch.Zip(responses), pair =>
        {
            Assert.Equal(Math.Min(pair.First.MaxNewTokens, model.Config.MaxPositions - pair.First.Prompt.Length), pair.Second.Tokens.Count);
            Near(Requests.LogProbs(model, pair.First, pair.Second), pair.Second);
        });
    });

    [Fact]
    public Task Many_long_prompts_are_read_in_parts_with_the_same_result() => OnModel("tiny-llama", model =>
    {
        // 90 prompts of up to 99 tokens: more than one prefill takes.
        var batch = Enumerable.Range(0, 90)
            .Select(row => Requests.Drawn([.. Enumerable.Range(row, 50 + (row * 7 % 50)).Select(id => id * 37 % 512)], 3, row)).ToArray();
        Assert.All(batch.Zip(Sample(model, batch)), pair => Near(Requests.LogProbs(model, pair.First, pair.Second), pair.Second));
    });

    [Fact]
    public Task The_same_batch_gives_the_same_bits() => OnModel("tiny-llama-gqa-tied", model =>
    {
        var batch = Requests.Mixed(model.Config.Vocabulary, 16);
        var (first, second) = (Sample(model, batch), Sample(model, batch));
        Assert.All(first.Zip(second), pair => Assert.Equal(
            pair.First.Tokens.Select(token => (token.Id, BitConverter.SingleToInt32Bits(token.LogProb))),
            pair.Second.Tokens.Select(token => (token.Id, BitConverter.SingleToInt32Bits(token.LogProb)))));
    });

    [Fact]
    public Task A_response_does_not_depend_on_those_beside_it() => OnModel("tiny-llama", model =>
    {
        var batch = Requests.Mixed(model.Config.Vocabulary, 16);
        Assert.All(batch.Zip(Sample(model, batch)), pair =>
        {
            var alone = Assert.Single(Sample(model, [pair.First]));
            Assert.Equal(alone.Tokens.Select(token => token.Id), pair.Second.Tokens.Select(token => token.Id));
            Near([.. alone.Tokens.Select(token => token.LogProb)], pair.Second);
        });
    });

    [Theory]
    [InlineData("tiny-llama-gqa-tied")]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-qwen3")]
    public Task The_way_of_a_card_gives_the_tokens_of_the_way_of_a_CPU(string name) => OnModel(name, model =>
    {
        // Long enough that the cache grows; rows end all the time.
        var batch = Requests.Mixed(model.Config.Vocabulary, 12).Select(request => request with { MaxNewTokens = request.MaxNewTokens * 3 }).ToArray();
        Assert.All(As(onCard: false, model, batch).Zip(As(onCard: true, model, batch)), pair =>
        {
            Assert.Equal(pair.First.Tokens.Select(token => token.Id), pair.Second.Tokens.Select(token => token.Id));
            Near([.. pair.First.Tokens.Select(token => token.LogProb)], pair.Second);
        });
    });

    [Theory]
    [InlineData("tiny-llama-gqa-tied")]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-qwen3")]
    public Task The_way_of_a_card_rounds_like_that_of_a_CPU(string name) => OnModel(name, model =>
    {
        var before = MatrixProduct.Precision;
        MatrixProduct.Precision = Precision.BFloat16;
        try
        {
            // One step behind the prompt: f32 sums in another order, rounded again and again, drift apart by more than a tie.
            var batch = Requests.Mixed(model.Config.Vocabulary, 8)
                .Select(request => request with { Temperature = 0, MaxNewTokens = 2, TopLogProbs = model.Config.Vocabulary }).ToArray();
            Assert.All(As(onCard: false, model, batch).Zip(As(onCard: true, model, batch)), pair =>
            {
                Assert.Equal(pair.First.Tokens[0].Id, pair.Second.Tokens[0].Id);
                var expected = pair.First.Tokens[1].Top.ToDictionary(top => top.Id, top => top.LogProb);
                Assert.All(pair.Second.Tokens[1].Top, top => Assert.Equal(expected[top.Id], top.LogProb, 0.05f));
            });
        }
        finally
        {
            MatrixProduct.Precision = before;
        }
    });

    [Fact]
    public Task A_response_that_ends_does_not_disturb_the_others() => OnModel("tiny-llama", model =>
    {
        var whole = Requests.Mixed(model.Config.Vocabulary, 16).Select(request => request with { MaxNewTokens = 30 }).ToArray();
        var undisturbed = Sample(model, whole);
        // Half of the responses end at their fifth token or before it, wherever that token first came up.
        var batch = whole.Select((request, row) => row % 2 == 0 ? request : request with { EndIds = [undisturbed[row].Tokens[4].Id] }).ToArray();
        var responses = Sample(model, batch);
        for (var row = 0; row < batch.Length; row++)
        {
            var expected = undisturbed[row].Tokens.Select(token => token.Id).ToList();
            var length = row % 2 == 0 ? 30 : expected.IndexOf(batch[row].EndIds[0]) + 1;
            Assert.Equal(expected[..length], responses[row].Tokens.Select(token => token.Id));
            Assert.Equal(row % 2 == 1, responses[row].Ended);
        }
    });

    [Fact]
    public Task Drawn_tokens_follow_the_softmax_at_their_temperature() => OnModel("tiny-llama", model =>
    {
        const int Draws = 20_000;
        const double Temperature = 1.5;
        int[] prompt = [1, 2, 3];
        var batches = Enumerable.Range(0, Draws).Select(stream => Requests.Drawn(prompt, 1, stream) with { Temperature = Temperature }).Chunk(1000);
        var counts = new double[model.Config.Vocabulary];
        foreach (var response in batches.SelectMany(batch => Sample(model, batch)))
        {
            counts[response.Tokens[0].Id]++;
        }

        var logits = model.Logits(model.Hidden(tensor(new long[] { 1, 2, 3 }, 1, 3)))[0, 2].to(float64);
        var expected = ((logits / Temperature).softmax(0) * Draws).cpu().data<double>().ToArray();
        // Pearson's statistic; tokens that are expected less than five times count as one.
        var bins = expected.Zip(counts, (wanted, found) => (Wanted: wanted, Found: found)).ToLookup(bin => bin.Wanted < 5);
        var rare = (Wanted: bins[true].Sum(bin => bin.Wanted), Found: bins[true].Sum(bin => bin.Found));
        var statistic = bins[false].Append(rare).Sum(bin => (bin.Found - bin.Wanted) * (bin.Found - bin.Wanted) / bin.Wanted);
        var freedom = bins[false].Count();
        Assert.True(freedom > 50, $"only {freedom} bins");
        Assert.True(Math.Abs(statistic - freedom) < 4 * Math.Sqrt(2 * freedom), $"seed 7: chi-square {statistic} at {freedom} degrees of freedom");
    });

    [Fact]
    public Task Top_log_probabilities_are_the_likeliest_tokens_of_the_same_distribution() => OnModel("tiny-llama", model =>
    {
        var batch = Requests.Mixed(model.Config.Vocabulary, 8).Select(request => request with { TopLogProbs = 5 }).ToArray();
        Assert.All(batch.Zip(Sample(model, batch)), pair => Assert.All(pair.Second.Tokens.Index(), place =>
        {
            int[] before = [.. pair.First.Prompt, .. pair.Second.Tokens.Take(place.Index).Select(token => token.Id)];
            using var scope = NewDisposeScope();
            var (values, ids) = model.Logits(model.Hidden(tensor(before, 1, before.Length, dtype: int64)))[0, -1].log_softmax(0).topk(5);
            Assert.Equal(ids.cpu().data<long>().ToArray(), place.Item.Top.Select(top => (long)top.Id));
            Assert.All(values.cpu().data<float>().ToArray().Zip(place.Item.Top), top => Assert.Equal(top.First, top.Second.LogProb, 1e-4f));
        }));
    });

    private static Task OnModel(string name, Action<LanguageModel> check) => Golden.OnModel(name, (folder, _) =>
    {
        using var model = ModelFolder.ReadModel(folder, trainable: false);
        check(model);
    });

    private static IReadOnlyList<SampledResponse> As(bool onCard, LanguageModel model, SamplingRequest[] batch) =>
        Sampler.Sample(model, batch, onCard, onToken: null, TestContext.Current.CancellationToken);

    private static IReadOnlyList<SampledResponse> Sample(LanguageModel model, IReadOnlyList<SamplingRequest> batch) =>
        Sampler.Sample(model, batch, cancel: TestContext.Current.CancellationToken);

    private static void Near(float[] expected, SampledResponse response)
    {
        Assert.Equal(expected.Length, response.Tokens.Count);
        Assert.All(expected.Zip(response.Tokens), pair => Assert.Equal(pair.First, pair.Second.LogProb, 1e-4f));
    }
}
