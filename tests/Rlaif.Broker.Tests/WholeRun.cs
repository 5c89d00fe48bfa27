using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rlaif.Cli.Running;
using Rlaif.Coordinator.Api;
using Rlaif.Hosting;
using Rlaif.Judge.Asking;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Broker.Tests;

/// <summary>The quickstart, shortened, through a real broker and a real database, with poison in two queues and a labeler that is mended in
/// the middle; and what was seen of it. All services are in this process, as far as they can tell each in its own.</summary>
internal sealed class WholeRun : IAsyncDisposable
{
    public const string VirtualHost = "whole";

    /// <summary>It takes a minute on two cores that nobody else uses.</summary>
    private const int Seconds = 600;

    /// <summary>Each look opens a connection to the broker: not two hundred a second.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(500);

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-whole-").FullName;
    private readonly ActivityListener listener;
    private WebApplication? host;

    private WholeRun()
    {
        listener = new()
        {
            ShouldListenTo = source => source.Name is "Rlaif" or "MassTransit" or "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    public Guid Id { get; private set; }

    public ConcurrentQueue<Activity> Spans { get; } = [];

    public Lines Log { get; } = new();

    public string ConnectionString { get; private set; } = "";

    public BrokerSettings Broker { get; private set; } = null!;

    /// <summary>Everything that /metrics said during the run.</summary>
    public string Metrics { get; private set; } = "";

    /// <summary>What was parked of the labeler before it was mended, and how many messages were sent again then.</summary>
    public IReadOnlyList<ParkedMessage> Broken { get; private set; } = [];

    public int Replayed { get; private set; }

    public HttpClient Api { get; } = new();

    public static async Task<WholeRun> Start(PrivateServers servers)
    {
        var run = new WholeRun();
        try
        {
            await run.Run(servers);
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>The quickstart, so much shorter that it takes a minute.</summary>
    public static Task<RunInput> Shorter(params string[] more) => RunInput.Read(RecipeFile.Read(
        Repository.Path("recipes/quickstart.yaml"),
        [
            "rounds=1", "prompts.perRound=3", "evaluation.prompts=3", "sampling.maxNewTokens=24", "sampling.batchPrompts=8", "rewardModel.maxPairs=40",
            "optimize.0.sft.batch=8", "optimize.1.dpo.batch=8", .. more,
        ]));

    public async Task<T> Get<T>(string path)
    {
        T? got = default;
        await Eventually.True(
            async () =>
            {
                using var answer = await Api.GetAsync(path);
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    return false;       // a busy machine: the broker did not answer in time
                }

                got = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<T>(Json.Options);
                return true;
            },
            $"GET {path} is answered", Seconds, Glance);
        return got!;
    }

    public async Task<int> Post(string path)
    {
        using var answer = await Api.PostAsync(path, null);
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            return 0;       // a busy machine: the broker did not answer in time, and whoever waits asks again
        }

        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<ParkedCount>(Json.Options))!.Messages;
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }

        listener.Dispose();
        Api.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task Run(PrivateServers servers)
    {
        Broker = new(new(await servers.NewVirtualHost(VirtualHost)), "rlaif", Canaries.Broker);
        await servers.NewUser("rlaif", Canaries.Broker, VirtualHost);
        ConnectionString = Database.ConnectionString(await servers.NewDatabase(VirtualHost), Canaries.Database);
        var deployment = new Deployment(new(folder), "whole", Broker, ConnectionString, new("http://127.0.0.1:0"), TimeSpan.FromMinutes(1));
        var (patch, endpoint) = (new Patch(), new JudgeEndpoint());
        var before = new ServiceModule(
            "before",
            services => services.AddSingleton<ILoggerProvider>(Log).AddSingleton(new JudgeKey(Canaries.JudgeKey)).AddSingleton(patch),
            bus => bus.AddLabeler<PatchedLabeler>(PatchedLabeler.Pool, parallel: 1));
        var after = new ServiceModule("after", services => services.AddSingleton(endpoint).AddSingleton(Canaries.Settings), _ => { });
        ServiceModule[] modules = [before, .. AllServices.Modules, after];
        TorchRuntime.Start(2);
        await RlaifHost.Prepare(deployment, modules, default);
        await Poison.Send(Broker, "rlaif-label");
        await Poison.Send(Broker, "label-rules");

        host = RlaifHost.Build(deployment, modules, LogLevel.Trace);
        await host.StartAsync();
        Api.BaseAddress = new(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Api.DefaultRequestHeaders.Authorization = new("Bearer", Canaries.Token);
        endpoint.Set(new(Api.BaseAddress, "/v1"));
        await Create();
        await Eventually.True(
            async () => await IsBroken() && await Sees("rlaif_commands_open"), "commands of the broken labeler are parked", Seconds, Glance);
        Broken = await Get<IReadOnlyList<ParkedMessage>>($"/v1/parked/{BrokenQueue}");
        patch.IsIn = true;
        await Eventually.True(
            async () =>
            {
                if (await IsBroken())
                {
                    Replayed += await Post($"/v1/parked/{BrokenQueue}/replay");
                }

                await Sees("");
                return await HasEnded();
            },
            "the run reached its end", Seconds, Glance);
    }

    private const string BrokenQueue = $"label-{PatchedLabeler.Pool}_error";

    private async Task<bool> IsBroken()
    {
        using var answer = await Api.GetAsync("/v1/parked");
        return answer.StatusCode != HttpStatusCode.ServiceUnavailable
            && (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<IReadOnlyList<ParkedQueue>>(Json.Options))!.Any(queue => queue.Queue == BrokenQueue);
    }

    private async Task<bool> Sees(string metric)
    {
        Metrics += await Api.GetStringAsync("/metrics");
        return Metrics.Contains(metric, StringComparison.Ordinal);
    }

    private async Task<bool> HasEnded()
    {
        var state = await Get<RunState>($"/v1/runs/{Id}");
        Assert.True(string.IsNullOrEmpty(state.PauseReason), state.PauseReason);
        return state.EndedAt is not null;
    }

    private async Task Create()
    {
        var input = await Shorter("labelers.judge=shadow", $"labelers.{PatchedLabeler.Pool}=shadow", "judge.share=0.3");
        var artifacts = host!.Services.GetRequiredService<ArtifactStore>();
        var (policy, prompts) = (await input.Policy.Store(artifacts, default), await input.StorePrompts(artifacts, default));
        Id = input.Id(policy);
        using var created = await Api.PostAsJsonAsync("/v1/runs", input.Document(policy, prompts), Json.Options);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
    }
}
