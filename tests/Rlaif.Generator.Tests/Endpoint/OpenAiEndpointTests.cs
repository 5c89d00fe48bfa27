using System.ClientModel;
using System.Text;
using OpenAI.Chat;
using Rlaif.Learning.Sampling;
using Rlaif.Recipes;

namespace Rlaif.Generator.Tests.Endpoint;

public sealed class OpenAiEndpointTests : IAsyncLifetime
{
    private static readonly ChatMessage[] Hello = [new SystemChatMessage("Be brief."), new UserChatMessage("Hello, who are you?")];
    private EndpointHost host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await EndpointHost.Start();

    public async ValueTask DisposeAsync()
    {
        if (host is not null) // skipped before it started
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_chat_is_answered_within_its_tokens_and_says_what_it_cost()
    {
        var answer = (await host.Client().CompleteChatAsync(Hello, Options(8, seed: 1), Cancel)).Value;
        Assert.Equal(ChatMessageRole.Assistant, answer.Role);
        Assert.NotEmpty(answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.Equal(8, answer.Usage.OutputTokenCount);
        Assert.Equal(answer.Usage.InputTokenCount + 8, answer.Usage.TotalTokenCount);
        Assert.Equal("tiny", answer.Model);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_text_and_another_seed_another()
    {
        var first = await Text(Options(24, seed: 5));
        Assert.Equal(first, await Text(Options(24, seed: 5)));
        Assert.NotEqual(first, await Text(Options(24, seed: 6)));
    }

    [Fact]
    public async Task Choices_of_one_request_differ_and_the_first_is_the_one_asked_for_alone()
    {
        const string Body = """{"model": "tiny", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 16, "seed": 3, "n": """;
        var (_, three) = await host.Post(Body + "3}");
        var (_, one) = await host.Post(Body + "1}");
        var texts = three["choices"]!.AsArray().Select(choice => choice!["message"]!["content"]!.ToString()).ToList();
        Assert.Equal(3, texts.Distinct().Count());
        Assert.Equal(one["choices"]![0]!["message"]!["content"]!.ToString(), texts[0]);
        Assert.Equal(48, (int)three["usage"]!["completion_tokens"]!);
    }

    [Fact]
    public async Task A_stop_sequence_ends_the_text_before_it_wherever_tokens_are_cut()
    {
        var whole = await Text(Options(32, seed: 2));
        for (var length = 1; length < 8; length++)
        {
            var stop = whole.Substring(whole.Length / 2, length);
            var options = Options(32, seed: 2);
            options.StopSequences.Add(stop);
            var answer = (await host.Client().CompleteChatAsync(Hello, options, Cancel)).Value;
            Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], answer.Content.Count == 0 ? "" : answer.Content[0].Text);
            Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        }
    }

    [Fact]
    public async Task Log_probabilities_are_those_of_the_sampled_tokens_and_of_the_likeliest()
    {
        var options = Options(12, seed: 4);
        (options.IncludeLogProbabilities, options.TopLogProbabilityCount) = (true, 20);
        var answer = (await host.Client().CompleteChatAsync(Hello, options, Cancel)).Value;

        var sampled = await host.Shelf.Use(
            "tiny",
            Numerics.OfThisMachine,
            (model, format) => Sampler.Sample(
                model, [new(format.Prompt([new("system", "Be brief."), new("user", "Hello, who are you?")]), 1, 1, 12, 4, 0, format.EndIds, 20)])[0],
            Cancel);
        Assert.Equal(sampled.Tokens.Sum(token => token.LogProb), answer.ContentTokenLogProbabilities.Sum(token => token.LogProbability), 1e-4);
        foreach (var (expected, actual) in sampled.Tokens.Zip(answer.ContentTokenLogProbabilities))
        {
            Assert.Equal(expected.Top.Select(top => top.LogProb), actual.TopLogProbabilities.Select(top => top.LogProbability), (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.InRange(actual.TopLogProbabilities.Sum(top => Math.Exp(top.LogProbability)), 0, 1.00001);
        }
    }

    [Fact]
    public async Task A_stream_adds_up_to_the_whole_answer()
    {
        foreach (var stop in new[] { null, (await Text(Options(32, seed: 7))).Substring(9, 3) })
        {
            var options = Options(32, seed: 7);
            if (stop is not null)
            {
                options.StopSequences.Add(stop);
            }

            var (streamed, finish) = (new StringBuilder(), (ChatFinishReason?)null);
            await foreach (var update in host.Client().CompleteChatStreamingAsync(Hello, options, Cancel))
            {
                streamed.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
                finish = update.FinishReason ?? finish;
            }

            var whole = (await host.Client().CompleteChatAsync(Hello, options, Cancel)).Value;
            Assert.Equal(whole.Content[0].Text, streamed.ToString());
            Assert.Equal(whole.FinishReason, finish);
        }
    }

    [Fact]
    public async Task Requests_at_once_get_what_each_gets_alone()
    {
        var questions = Enumerable.Range(0, 12).Select(i => $"Question {new string('x', i)}?").ToList();
        async Task<string> Ask(string question) => (await host.Client().CompleteChatAsync([new UserChatMessage(question)], Options(12, temperature: 0), Cancel)).Value.Content[0].Text;
        var together = await Task.WhenAll(questions.Select(Ask));
        for (var i = 0; i < questions.Count; i++)
        {
            Assert.Equal(await Ask(questions[i]), together[i]);
        }
    }

    [Fact]
    public async Task Text_parts_and_the_newer_names_mean_the_same()
    {
        var (_, plain) = await host.Post("""{"model":"tiny","messages":[{"role":"system","content":"ab"},{"role":"user","content":"cd"}],"max_tokens":9,"seed":1}""");
        var (_, parts) = await host.Post(
            """{"model":"tiny","messages":[{"role":"developer","content":"ab"},{"role":"user","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}],"max_completion_tokens":9,"seed":1,"stop":null,"tools":[]}""");
        Assert.Equal(plain["choices"]!.ToJsonString(), parts["choices"]!.ToJsonString());
    }

    [Fact]
    public async Task Models_are_listed_and_an_unknown_one_is_not_found()
    {
        Assert.Contains("\"id\":\"tiny\"", await host.Http.GetStringAsync(new Uri(host.Address, "models"), Cancel), StringComparison.Ordinal);
        Assert.Contains("\"id\":\"tiny\"", await host.Http.GetStringAsync(new Uri(host.Address, "models/tiny"), Cancel), StringComparison.Ordinal);
        Assert.Equal(404, (int)(await host.Http.GetAsync(new Uri(host.Address, "models/other"), Cancel)).StatusCode);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => host.Client("other").CompleteChatAsync(Hello, Options(4), Cancel));
        Assert.Equal(404, error.Status);
        Assert.Contains("\"other\" does not exist", error.Message, StringComparison.Ordinal);
    }

    private static ChatCompletionOptions Options(int tokens, long? seed = null, float temperature = 1) =>
#pragma warning disable OPENAI001 // the seed is marked as a preview
        new() { MaxOutputTokenCount = tokens, Seed = seed, Temperature = temperature };
#pragma warning restore OPENAI001

    private async Task<string> Text(ChatCompletionOptions options) => (await host.Client().CompleteChatAsync(Hello, options, Cancel)).Value.Content[0].Text;
}
