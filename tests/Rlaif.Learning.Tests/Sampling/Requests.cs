using Rlaif.Learning.Models;
using Rlaif.Learning.Sampling;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Sampling;

/// <summary>Requests as the tests want them.</summary>
internal static class Requests
{
    public static SamplingRequest Greedy(int[] prompt, int tokens) => new(prompt, Temperature: 0, TopP: 1, tokens, Seed: 0, Stream: 0, EndIds: []);

    public static SamplingRequest Drawn(int[] prompt, int tokens, int stream) =>
        new(prompt, Temperature: 1, TopP: 1, tokens, Seed: 7, (ulong)stream, EndIds: []);

    /// <summary>Prompts of different lengths, each asked for twice, with different limits, temperatures and top-p.</summary>
    public static SamplingRequest[] Mixed(int vocabulary, int rows) =>
    [
        .. Enumerable.Range(0, rows).Select(row =>
        {
            var random = new RandomStream(3, (ulong)(row / 2));
            var prompt = Enumerable.Range(0, 3 + (row / 2 * 5 % 17)).Select(_ => (int)(random.NextDouble() * vocabulary)).ToArray();
            return Drawn(prompt, 4 + (row * 7 % 23), row) with { Temperature = row % 4 * 0.5, TopP = row % 3 == 0 ? 0.9 : 1 };
        }),
    ];

    /// <summary>Log-probabilities of the responses by a forward pass without a cache, one response at a time.</summary>
    public static float[] LogProbs(LanguageModel model, SamplingRequest request, SampledResponse response)
    {
        using var scope = NewDisposeScope();
        long[] ids = [.. request.Prompt.Select(id => (long)id), .. response.Tokens.Select(token => (long)token.Id)];
        long[] mask = [.. request.Prompt.Select(_ => 0L), .. response.Tokens.Select(_ => 1L)];
        var logProbs = TokenLogProbs.Of(model, tensor(ids, 1, ids.Length), tensor(mask, 1, mask.Length));
        return logProbs.cpu().data<float>().ToArray()[(request.Prompt.Length - 1)..];
    }
}
