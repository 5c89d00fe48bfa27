using System.Text.Json;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Tests.Models;
using Rlaif.Learning.Weights;
using Rlaif.Testing;

namespace Rlaif.Learning.Tests.Sampling;

public class SamplerGoldenTests
{
    [Theory]
    [MemberData(nameof(LanguageModelTests.Supported), MemberType = typeof(LanguageModelTests))]
    public Task Greedy_continuations_are_those_of_transformers(string name) => Golden.OnModel(name, (folder, golden) =>
    {
        using var model = ModelFolder.ReadModel(folder, trainable: false);
        var expected = golden.Json.GetProperty("greedy").EnumerateArray().Select(Golden.Ids).ToArray();
        var batch = Prompts(golden.Json).Select((prompt, row) => Requests.Greedy(prompt, expected[row].Length)).ToArray();
        var actual = Sampler.Sample(model, batch, cancel: TestContext.Current.CancellationToken);
        Assert.Equal(expected, actual.Select(response => response.Tokens.Select(token => token.Id).ToArray()));
    });

    [Fact]
    public async Task Greedy_texts_of_SmolLM2_are_those_of_transformers()
    {
        var path = Fixtures.Shared("models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q4_1.gguf");
        var texts = Fixtures.Path("gguf/smollm2.golden.json");
        using var golden = JsonDocument.Parse(await File.ReadAllTextAsync(texts, TestContext.Current.CancellationToken));
        var prompts = golden.RootElement.GetProperty("prompts").EnumerateArray().ToArray();
        await TorchThread.Run(() =>
        {
            using var model = ModelFolder.ReadModel(path, trainable: false);
            SamplingRequest Request(JsonElement prompt) => Requests.Greedy(Golden.Ids(prompt.GetProperty("ids")), 48) with { EndIds = [2] };
            var responses = Sampler.Sample(model, [.. prompts.Select(Request)], cancel: TestContext.Current.CancellationToken);
            Assert.All(prompts.Zip(responses), pair =>
            {
                // The fixture's rule: where the two best tokens are closer than this, another summation order may take the other one.
                var certain = pair.First.GetProperty("margins").EnumerateArray().TakeWhile(margin => margin.GetDouble() >= 0.02).Count();
                var expected = Golden.Ids(pair.First.GetProperty("greedy"));
                Assert.Equal(expected[..certain], pair.Second.Tokens.Take(certain).Select(token => token.Id));
                Assert.True(certain < expected.Length || pair.Second.Ended == pair.First.GetProperty("stopped").GetBoolean());
            });
        }, TestContext.Current.CancellationToken);
    }

    internal static int[][] Prompts(JsonElement golden) =>
    [
        .. golden.GetProperty("rows").EnumerateArray().Select(Golden.Ids)
            .Zip(Golden.Ids(golden.GetProperty("prompt_lengths")), (row, length) => row[..length]),
    ];
}
