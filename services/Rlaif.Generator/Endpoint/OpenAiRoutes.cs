using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rlaif.Recipes;

namespace Rlaif.Generator.Endpoint;

/// <summary>The models of this deployment in the shape of OpenAI's API: any client of it can ask them, the judge too.</summary>
public static class OpenAiRoutes
{
    private const long MostBytes = 4 << 20; // more text than any context holds

    /// <summary>Registers what the routes need, except the <see cref="ModelShelf"/>, which the host makes. A host that knows better registers
    /// the <see cref="Numerics"/> that answers are computed in.</summary>
    public static IServiceCollection AddOpenAi(this IServiceCollection services, BatchLimits? limits = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(limits ?? new());
        services.TryAddSingleton(Numerics.OfThisMachine);
        services.TryAddSingleton<RequestBatcher>();
        services.TryAddSingleton<ChatCompletions>();
        return services;
    }

    /// <summary>Maps /v1/chat/completions and /v1/models.</summary>
    public static void MapOpenAi(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/chat/completions", (HttpContext context, ChatCompletions chat, ILogger<ModelShelf> log) => Guarded(context, log, async () =>
            await chat.Answer(ChatRequest.Of(await Body(context)), context))).WithMetadata(new RequestSizeLimitAttribute(MostBytes));
        routes.MapGet("/v1/models", (HttpContext context, ModelShelf shelf, ILogger<ModelShelf> log) => Guarded(context, log, async () =>
            await context.Response.WriteAsJsonAsync(
                new { @object = "list", data = (await shelf.List(context.RequestAborted)).Select(Model) }, ChatReply.Json, context.RequestAborted)));
        routes.MapGet("/v1/models/{*name}", (string name, HttpContext context, ModelShelf shelf, ILogger<ModelShelf> log) => Guarded(context, log, async () =>
        {
            _ = await shelf.Format(name, context.RequestAborted) ?? throw OpenAiException.NoModel(name);
            await context.Response.WriteAsJsonAsync(Model(name), ChatReply.Json, context.RequestAborted);
        }));
    }

    private static object Model(string name) => new { id = name, @object = "model", created = 0, owned_by = "rlaif" };

    private static async Task<ChatBody> Body(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<ChatBody>(context.Request.Body, ChatReply.Json, context.RequestAborted)
                ?? throw new OpenAiException(400, "The body is null; send a JSON object.");
        }
        catch (JsonException error)
        {
            throw new OpenAiException(400, $"The body cannot be read at {error.Path ?? "$"} (line {error.LineNumber + 1}): it must be the JSON of a chat completion.");
        }
    }

    /// <summary>Whatever goes wrong is answered in OpenAI's error shape.</summary>
    private static async Task Guarded(HttpContext context, ILogger log, Func<Task> work)
    {
        OpenAiException problem;
        try
        {
            await work();
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // nobody is there to read an answer
        }
        catch (OpenAiException refused)
        {
            problem = refused;
        }
        catch (InputException unusable)
        {
            problem = new(400, unusable.Message);
        }
        catch (BadHttpRequestException bad)
        {
            problem = new(bad.StatusCode, bad.StatusCode == 413 ? $"The body is larger than {MostBytes} bytes; shorten the messages." : bad.Message);
        }
        catch (Exception error)
        {
            log.LogError(error, "A request to {Path} failed", context.Request.Path);
            problem = new(500, "The server failed; its log says why.");
        }

        if (context.Response.HasStarted)
        {
            await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(problem.Body, ChatReply.Json)}\n\n", context.RequestAborted);
            return;
        }

        context.Response.StatusCode = problem.Status;
        await context.Response.WriteAsJsonAsync(problem.Body, ChatReply.Json, context.RequestAborted);
    }
}
