using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Rlaif.Coordinator.Looking;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Api;

/// <summary>The HTTP API of a deployment: runs, their progress, artifacts. `rlaif --server` is its client.</summary>
public static class ApiRoutes
{
    private const long LargestRun = 16 << 20, LargestArtifact = 64L << 30;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);

    /// <summary>Name of the OpenAPI document: served at /openapi/v1.json, committed as docs/openapi.json.</summary>
    internal const string Document = "v1";

    /// <summary>Its title; no server, whose address differs each time.</summary>
    internal static void Describe(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new() { Title = "RlhfAiFeedback", Version = Document, Description = "Runs, their progress, lineage and artifacts." };
        document.Servers = [];
        return Task.CompletedTask;
    });

    /// <summary>Maps /v1/runs, /v1/labels, /v1/lineage and /v1/artifacts, and the document that describes them.</summary>
    public static void MapApi(this WebApplication app)
    {
        app.MapOpenApi();
        var api = app.MapGroup("/v1").AddEndpointFilter(new Bearer(app.Services.GetRequiredService<Settings>())).AddEndpointFilter(Guarded);
        var runs = api.MapGroup("/runs").WithTags("runs");
        runs.MapPost("/", Create).WithMetadata(new RequestSizeLimitAttribute(LargestRun)).WithSummary("Create a run, or let it go on");
        runs.MapGet("/", List).WithSummary("All runs, oldest first");
        runs.MapGet("/{run}", State).WithSummary("How far a run is");
        runs.MapGet("/{run}/report", Report).WithSummary("All that is known of a run: stages, metrics, pairs, judgements, checkpoints");
        runs.MapGet("/{run}/ending", Ending).WithSummary("What a run came to: evaluations, labelers, answers before and after");
        runs.MapGet("/{run}/events", Events).WithSummary("How far a run is, whenever that changes, as server-sent events until it ends or waits");
        runs.MapPost("/{run}/pause", Pause).WithSummary("Nobody works for the run until it is resumed");
        runs.MapPost("/{run}/resume", Resume).WithSummary("Let a run that waits go on");
        runs.MapPost("/{run}/cancel", Cancel).WithSummary("End a run with the policy that it has");
        api.MapGroup("/labels").WithTags("labels").MapLabels();
        api.MapGet("/lineage/{checkpoint}", Lineage).WithTags("lineage").WithSummary("Which labels, by whom, under which principles, made a checkpoint");
        api.MapParked();
        var artifacts = api.MapGroup("/artifacts").WithTags("artifacts");
        artifacts.MapPut("/{artifact}", Upload).WithMetadata(new RequestSizeLimitAttribute(LargestArtifact)).WithSummary("Store an artifact: a tar of its files");
        artifacts.MapGet("/{artifact}", Download).WithSummary("An artifact as a tar of its files");
        artifacts.MapMethods("/{artifact}", ["HEAD"], Head).WithSummary("Whether an artifact is here");
    }

    private static async Task<Created<RunState>> Create(RunDocument document, RunDesk desk, CancellationToken cancel)
    {
        await desk.Create(document, cancel);
        return TypedResults.Created($"/v1/runs/{document.Id}", await desk.State(document.Id, cancel));
    }

    private static Task<IReadOnlyList<RunLine>> List(RunLines lines, CancellationToken cancel) => lines.All(cancel);

    private static async Task<RunReport> Report(string run, RunTables names, RunReports reports, CancellationToken cancel) =>
        await reports.Of(await RunFinder.Find(names, run, cancel), cancel);

    private static async Task<RunEnding> Ending(string run, RunTables names, RunEndings endings, CancellationToken cancel) =>
        await endings.Of(await RunFinder.FindId(names, run, cancel), cancel);

    private static Task<LineageReport> Lineage(string checkpoint, LineageReports lineages, CancellationToken cancel) => lineages.Of(checkpoint, cancel);

    private static async Task<RunState> State(string run, RunTables names, RunDesk desk, CancellationToken cancel) =>
        (await desk.State(await RunFinder.FindId(names, run, cancel), cancel))!;

    private static async Task Events(string run, RunTables names, RunDesk desk, HttpContext context, IHostApplicationLifetime host, TimeProvider time, CancellationToken cancel)
    {
        // A server that stops waits for whoever is served, and this one may listen for days.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel, host.ApplicationStopping);
        var id = await RunFinder.FindId(names, run, cancel);
        context.Response.ContentType = "text/event-stream";
        var last = "";
        while (!host.ApplicationStopping.IsCancellationRequested)
        {
            var state = (await desk.State(id, cancel))!;
            var shown = Json.Of(state with { At = default });
            if (shown != last)
            {
                last = shown;
                await context.Response.WriteAsync($"event: progress\ndata: {Json.Of(state)}\n\n", cancel);
                await context.Response.Body.FlushAsync(cancel);
            }

            if (state.EndedAt is not null || !string.IsNullOrEmpty(state.PauseReason))
            {
                return;
            }

            await Task.WhenAny(Task.Delay(Glance, time, over.Token));
        }
    }

    private static async Task<RunState> Pause(string run, PauseDocument pause, RunTables names, RunDesk desk, CancellationToken cancel)
    {
        var id = await RunFinder.FindId(names, run, cancel);
        await desk.Pause(id, pause.Reason, cancel);
        return (await desk.State(id, cancel))!;
    }

    private static async Task<RunState> Resume(string run, RunTables names, RunDesk desk, CancellationToken cancel)
    {
        var id = await RunFinder.FindId(names, run, cancel);
        await desk.Resume(id, cancel);
        return (await desk.State(id, cancel))!;
    }

    private static async Task<RunState> Cancel(string run, RunTables names, RunDesk desk, CancellationToken cancel)
    {
        var id = await RunFinder.FindId(names, run, cancel);
        await desk.Cancel(id, cancel);
        return (await desk.State(id, cancel))!;
    }

    private static async Task<IResult> Upload(string artifact, ArtifactStore store, HttpRequest request, CancellationToken cancel)
    {
        if (!await store.Holds(artifact, cancel))
        {
            await ArtifactTransfer.Read(store, artifact, request.Body, cancel);
        }

        return Results.NoContent();
    }

    private static async Task<IResult> Head(string artifact, ArtifactStore store, CancellationToken cancel) =>
        await store.Holds(artifact, cancel) ? Results.Ok() : Results.NotFound();

    private static async Task Download(string artifact, ArtifactStore store, HttpContext context, CancellationToken cancel)
    {
        if (!await store.Holds(artifact, cancel))
        {
            throw new MissingException($"There is no artifact {artifact} here.");
        }

        context.Response.ContentType = "application/x-tar";
        await ArtifactTransfer.Write(store, artifact, context.Response.Body, cancel);
    }

    /// <summary>What cannot be done is told in one sentence, as problem+json.</summary>
    private static async ValueTask<object?> Guarded(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (InputException error) when (!context.HttpContext.Response.HasStarted)
        {
            return Results.Problem(error.Message, statusCode: error is MissingException ? 404 : 400);
        }
        catch (DbException error) when (Database.CannotHold(error))
        {
            return Results.Problem("A text holds the character U+0000, which no database stores.", statusCode: 400);
        }
        catch (Exception error) when (RlaifBus.HealsByWaiting(error) && !context.HttpContext.Response.HasStarted)
        {
            return Results.Problem("Broker, database or bucket are away; try again.", statusCode: 503);
        }
    }

    /// <summary>The token of RLAIF_TOKEN, when there is one.</summary>
    private sealed class Bearer(Settings settings) : IEndpointFilter
    {
        private readonly byte[]? expected = settings.Secret("RLAIF_TOKEN") is { } token ? Encoding.UTF8.GetBytes($"Bearer {token}") : null;

        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            var given = Encoding.UTF8.GetBytes(context.HttpContext.Request.Headers.Authorization.ToString());
            return expected is null || CryptographicOperations.FixedTimeEquals(given, expected)
                ? await next(context)
                : Results.Problem("The bearer token is missing or wrong; RLAIF_TOKEN holds it.", statusCode: 401);
        }
    }
}
