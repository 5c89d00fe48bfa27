using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rlaif.Storage.Tests;

/// <summary>Stands before a server: sees every request, and may refuse some or cut their answers off.</summary>
internal sealed class Doorkeeper : IAsyncDisposable
{
    private static readonly string[] OfTheConnection = ["Host", "Connection", "Transfer-Encoding", "Expect", "Keep-Alive"];

    private readonly HttpClient client = new();
    private readonly WebApplication app;
    private readonly Uri server;

    private Doorkeeper(Uri server)
    {
        this.server = server;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        app = builder.Build();
        app.Run(Pass);
    }

    public Uri Address => new(app.Urls.First());

    /// <summary>"PUT /bucket/key?query" of each.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The status that a request is refused with; null: it passes.</summary>
    public Func<string, (int Status, string Code)?> Refuse { get; set; } = _ => null;

    /// <summary>Whether the connection ends in the middle of an answer.</summary>
    public Func<string, bool> Cut { get; set; } = _ => false;

    public static async Task<Doorkeeper> Before(Uri server)
    {
        var doorkeeper = new Doorkeeper(server);
        await doorkeeper.app.StartAsync();
        return doorkeeper;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        client.Dispose();
    }

    private async Task Pass(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var asked = $"{context.Request.Method} {target}";
        Requests.Enqueue(asked);
        if (Refuse(asked) is var (status, code))
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>No.</Message></Error>");
            return;
        }

        using var request = new HttpRequestMessage(new(context.Request.Method), new Uri(server, target)) { Content = new StreamContent(context.Request.Body) };
        foreach (var header in context.Request.Headers.Where(header => !OfTheConnection.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, header.Value.AsEnumerable()))
            {
                request.Content.Headers.TryAddWithoutValidation(header.Key, header.Value.AsEnumerable());
            }
        }

        request.Headers.Host = context.Request.Host.Value;      // it is signed
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var header in answer.Headers.Concat(answer.Content.Headers).Where(header => !OfTheConnection.Contains(header.Key)))
        {
            context.Response.Headers[header.Key] = header.Value.ToArray();
        }

        var body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        await context.Response.Body.WriteAsync(Cut(asked) ? body.AsMemory(0, body.Length / 2) : body, context.RequestAborted);
        if (Cut(asked))
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        }
    }
}
