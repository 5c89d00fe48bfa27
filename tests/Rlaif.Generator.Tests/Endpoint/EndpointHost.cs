using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenAI;
using OpenAI.Chat;
using Rlaif.Generator.Endpoint;

namespace Rlaif.Generator.Tests.Endpoint;

/// <summary>The endpoint on a real server at a free port, with one model named <c>tiny</c>.</summary>
internal sealed class EndpointHost : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TinyModel model;

    private EndpointHost(WebApplication app, TinyModel model) => (this.app, this.model) = (app, model);

    public Uri Address => new($"{app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}/v1/");

    public HttpClient Http { get; } = new();

    public ModelShelf Shelf => app.Services.GetRequiredService<ModelShelf>();

    public RequestBatcher Batcher => app.Services.GetRequiredService<RequestBatcher>();

    public static async Task<EndpointHost> Start(TinyModel? model = null, BatchLimits? limits = null)
    {
        model ??= await TinyModel.Create();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(new ModelShelf(
            (name, _) => Task.FromResult(name == "tiny" ? model.Folder : null), list: _ => Task.FromResult<IReadOnlyList<string>>(["tiny"])));
        builder.Services.AddOpenAi(limits);
        var host = new EndpointHost(builder.Build(), model);
        host.app.MapOpenAi();
        await host.app.StartAsync();
        return host;
    }

    /// <summary>The official client.</summary>
    public ChatClient Client(string name = "tiny") => new(
        name, new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = Address, RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });

    /// <summary>Posts a body as it is.</summary>
    public async Task<(int Status, JsonNode Body)> Post(string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "chat/completions"));
        request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        request.Headers.ExpectContinue = true; // a refused body is not sent, so the refusal can be read
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        model.Dispose();
    }
}
