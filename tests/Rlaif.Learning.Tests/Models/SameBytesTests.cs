using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Tests.Sampling;

namespace Rlaif.Learning.Tests.Models;

public class SameBytesTests
{
    private const int Models = 8;

    private static readonly ModelConfig Config = new()
    {
        Architecture = "llama", HiddenSize = 64, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadDim = 16, FeedForward = 128, Vocabulary = 48,
        MaxPositions = 64, TiedEmbeddings = true,
    };

    // One response: MKL's product of a single row is the one that tells how the weights lie.
    [Fact]
    public Task The_same_seed_gives_the_same_bits_wherever_memory_is_free() => TorchThread.Run(() =>
    {
        TorchRuntime.Use(TestDevice.Numerics with { Threads = 1 });
        var runs = Enumerable.Range(0, Models).Select(LogProbs).ToArray();
        Assert.All(runs, run => Assert.Equal(runs[0], run));
    }, TestContext.Current.CancellationToken);

    private static int[] LogProbs(int index)
    {
        _ = new byte[8 * index];            // the arrays after it begin elsewhere in a cache line
        using var model = LanguageModel.Create(Config, seed: 3, trainable: false);
        var response = Assert.Single(Sampler.Sample(model, [Requests.Greedy([1, 5, 7], 20)]));
        return [.. response.Tokens.Select(token => BitConverter.SingleToInt32Bits(token.LogProb))];
    }
}
