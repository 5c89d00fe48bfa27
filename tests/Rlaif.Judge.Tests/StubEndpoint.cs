using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Rlaif.Judge.Tests;

/// <summary>An OpenAI-compatible endpoint that answers what a test tells it to, on a free port.</summary>
internal sealed class StubEndpoint : IAsyncDisposable
{
    private readonly WebApplication app;

    private StubEndpoint(WebApplication app) => this.app = app;

    public Uri Address => new($"{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/v1");

    /// <summary>The bodies of all requests, and the Authorization header of each.</summary>
    public ConcurrentQueue<(JsonNode Body, string Authorization)> Requests { get; } = [];

    public static async Task<StubEndpoint> Start(Func<JsonNode, HttpContext, Task<IResult>> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var stub = new StubEndpoint(builder.Build());
        stub.app.MapPost("/v1/chat/completions", async (HttpContext context) =>
        {
            var body = (await JsonNode.ParseAsync(context.Request.Body))!;
            stub.Requests.Enqueue((body, context.Request.Headers.Authorization.ToString()));
            return await answer(body, context);
        });
        await stub.app.StartAsync();
        return stub;
    }

    public static Task<StubEndpoint> Start(Func<JsonNode, IResult> answer) => Start((body, _) => Task.FromResult(answer(body)));

    /// <summary>The text of the question.</summary>
    public static string Question(JsonNode body) => body["messages"]!.AsArray()[^1]!["content"]!.ToString();

    public static bool AsksForLogProbs(JsonNode body) => (bool?)body["logprobs"] == true;

    /// <summary>Whether the response <paramref name="text"/> stands in the first place.</summary>
    public static bool ShowsFirst(JsonNode body, string text) =>
        Question(body) is var question && question.IndexOf(text, StringComparison.Ordinal) < question.IndexOf("Response B", StringComparison.Ordinal);

    public static IResult Text(string content, string finish = "stop") => Answer(content, finish, logProbs: null);

    /// <summary>One token with the candidates for it.</summary>
    public static IResult Token(params (string Token, double Probability)[] candidates)
    {
        var top = candidates.Select(one => new { token = one.Token, logprob = Math.Log(one.Probability), bytes = (int[]?)null }).ToArray();
        return Answer(candidates[0].Token, "length", new { content = new[] { new { top[0].token, top[0].logprob, top[0].bytes, top_logprobs = top } } });
    }

    public static IResult Error(HttpContext context, int status)
    {
        context.Response.Headers.RetryAfter = "0";
        return Results.Json(new { error = new { message = "not today", type = "server_error" } }, statusCode: status);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static IResult Answer(string content, string finish, object? logProbs) => Results.Json(
        new
        {
            id = "chat-1",
            @object = "chat.completion",
            created = 1,
            model = "stub",
            choices = new[] { new { index = 0, message = new { role = "assistant", content }, finish_reason = finish, logprobs = logProbs } },
            usage = new { prompt_tokens = 1, completion_tokens = 1, total_tokens = 2 },
        },
        new JsonSerializerOptions());
}
