using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Remote;

/// <summary>The coordinator of a deployment, over HTTP. What it refuses is one sentence here too.</summary>
internal sealed class Server : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly HttpClient client;

    /// <param name="address">http://host:port; the token is RLAIF_TOKEN's.</param>
    public Server(Uri address)
    {
        client = new() { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        if (Settings.Environment.Secret("RLAIF_TOKEN") is { } token)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }
    }

    public Uri Address => client.BaseAddress!;

    /// <exception cref="InputException">The server cannot be reached, or refuses.</exception>
    public async Task<T> Get<T>(string path, CancellationToken cancel)
    {
        using var answer = await Send(new(HttpMethod.Get, path), cancel);
        return (await answer.Content.ReadFromJsonAsync<T>(Json.Options, cancel))!;
    }

    /// <summary>The same of a server that was there before: one that starts again is waited for.</summary>
    /// <exception cref="InputException">It has not come back, or refuses.</exception>
    public async Task<T> GetAgain<T>(string path, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await Get<T>(path, cancel);
            }
            catch (AwayException) when (watch.Elapsed < Patience)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancel);
            }
            catch (Exception cut) when (cut is IOException or HttpRequestException or JsonException && watch.Elapsed < Patience)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancel);      // it ended in the middle of its answer
            }
        }
    }

    /// <inheritdoc cref="Get"/>
    public async Task<T> Post<T>(string path, object? body, CancellationToken cancel)
    {
        using var answer = await Send(new(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body, options: Json.Options) }, cancel);
        return (await answer.Content.ReadFromJsonAsync<T>(Json.Options, cancel))!;
    }

    /// <inheritdoc cref="Get"/>
    public async Task Put(string path, Func<Stream, Task> write, CancellationToken cancel)
    {
        using var answer = await Send(new(HttpMethod.Put, path) { Content = new WrittenContent(write) }, cancel);
    }

    /// <summary>Whether there is something.</summary>
    /// <exception cref="InputException">The server cannot be reached, or refuses.</exception>
    public async Task<bool> Has(string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await Ask(request, cancel);
        return answer.StatusCode == HttpStatusCode.NotFound ? false : (await Accept(answer, cancel)).IsSuccessStatusCode;
    }

    /// <summary>The body of an answer, as it comes.</summary>
    /// <exception cref="InputException">The server cannot be reached, or refuses.</exception>
    public async Task Read(string path, Func<Stream, Task> read, CancellationToken cancel)
    {
        using var answer = await Send(new(HttpMethod.Get, path), cancel);
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        await read(body);
    }

    public void Dispose() => client.Dispose();

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancel)
    {
        using (request)
        {
            return await Accept(await Ask(request, cancel), cancel);
        }
    }

    private async Task<HttpResponseMessage> Ask(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException error)
        {
            throw new AwayException($"The server {Address} cannot be reached ({error.Message.TrimEnd('.')}); is it up, and --server or RLAIF_SERVER its address?", error);
        }
    }

    private async Task<HttpResponseMessage> Accept(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            var problem = await Problem(answer, cancel);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                throw new AwayException(problem ?? $"The server {Address} cannot answer now; try again.");
            }

            throw new InputException(problem ?? $"The server {Address} answered {(int)answer.StatusCode} to {answer.RequestMessage?.RequestUri?.AbsolutePath}.");
        }
    }

    private static async Task<string?> Problem(HttpResponseMessage answer, CancellationToken cancel)
    {
        try
        {
            return (await answer.Content.ReadFromJsonAsync<ProblemDetails>(Json.Options, cancel))?.Detail;
        }
        catch (JsonException)
        {
            return null;        // something between us and the server answered
        }
    }

    private sealed class AwayException(string message, Exception? cause = null) : InputException(message, cause!);

    /// <summary>A body of unknown length that is written while it is sent.</summary>
    private sealed class WrittenContent(Func<Stream, Task> write) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
