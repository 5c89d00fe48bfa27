using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rlaif.Cli.Running;
using Rlaif.Coordinator.Api;
using Rlaif.Hosting;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Broker.Tests;

/// <summary>A run of services that share no folder of artifacts, only a bucket, which goes away in the middle.</summary>
public sealed class BucketRunTests(Servers servers) : IAsyncDisposable
{
    /// <summary>It takes a minute on two cores that nobody else uses.</summary>
    private const int Seconds = 600;

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-bucket-run-").FullName;
    private readonly Dictionary<string, WebApplication> hosts = [];
    private readonly Lines log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts.Values)
        {
            await host.StopAsync(CancellationToken.None);
            await host.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact, Trait("Speed", "slow")]
    public async Task Services_with_nothing_but_a_bucket_in_common_finish_a_run_although_it_goes_away_and_nobody_hears_its_secret()
    {
        await using var s3 = await PrivateS3.Start();
        var bucket = new BucketSettings(s3.Address, PrivateS3.Bucket, "runs/", "us-east-1", PrivateS3.Key, PrivateS3.Secret);
        await Start(await servers.Private, bucket);
        var id = await Create();
        // Away while data is made: the coordinator misses it. Away while a reward model is trained: the trainer does, or whoever is next.
        foreach (var stage in new[] { "responses", "reward-model" })
        {
            await Eventually.True(async () => (await State(id)).Stages.Any(one => one.Name == stage), $"{stage} is planned", Seconds);
            var before = Misses();
            await s3.Stop();
            await Eventually.True(() => Misses() > before, $"the bucket is missed after {stage} was planned", Seconds);
            await s3.Continue();
        }

        await Eventually.True(async () => (await State(id)).EndedAt is not null, "the run reached its end", Seconds);

        var artifacts = (await Of<TrainingTables>("coordinator").Checkpoints(id, Cancel)).SelectMany(row => new[] { row.Artifact, row.DataArtifact }).ToHashSet();
        Assert.Equal(6, artifacts.Count);       // reward model, SFT and DPO, each with its data
        using var opened = new ArtifactBucket(bucket);
        var fresh = new ArtifactStore(Path.Combine(folder, "fresh"), "fresh", opened);
        await Assert.AllAsync(artifacts, async artifact => Assert.Equal(artifact, ArtifactStore.NameOf(await fresh.Fetch(artifact, Cancel))));
        Assert.Empty(Cached("judge").Concat(Cached("evaluator")));
        Assert.NotEmpty(Cached("reward-trainer").Except(Cached("policy-optimizer")));
        Assert.DoesNotContain(Canaries.Any, log.Text, StringComparison.Ordinal);
    }

    private async Task Start(PrivateServers started, BucketSettings bucket)
    {
        var broker = new BrokerSettings(new(await started.NewVirtualHost("bucket")), "guest", "guest");
        var database = Database.ConnectionString(await started.NewDatabase("bucket"), null);
        var watched = new ServiceModule("watched", services => services.AddSingleton<ILoggerProvider>(log), _ => { });
        TorchRuntime.Start(2);
        Deployment On(string name) => new(
            new(Path.Combine(folder, "home"), Cache(name)), name, broker, database, new("http://127.0.0.1:0"), TimeSpan.FromMinutes(1), bucket);
        await RlaifHost.Prepare(On("prepare"), AllServices.Modules, Cancel);
        foreach (var module in AllServices.Modules)
        {
            hosts[module.Name] = RlaifHost.Build(On(module.Name), [module, watched], LogLevel.Debug);
            await hosts[module.Name].StartAsync(Cancel);
        }
    }

    private async Task<Guid> Create()
    {
        var input = await WholeRun.Shorter();
        var artifacts = Of<ArtifactStore>("coordinator");
        var (policy, prompts) = (await input.Policy.Store(artifacts, Cancel), await input.StorePrompts(artifacts, Cancel));
        await Of<RunDesk>("coordinator").Create(input.Document(policy, prompts), Cancel);
        return input.Id(policy);
    }

    private async Task<RunState> State(Guid id)
    {
        var state = (await Of<RunDesk>("coordinator").State(id, Cancel))!;
        Assert.True(string.IsNullOrEmpty(state.PauseReason), state.PauseReason);
        return state;
    }

    private int Misses() => log.Text.Split("does not answer").Length;

    private T Of<T>(string service)
        where T : notnull => hosts[service].Services.GetRequiredService<T>();

    private string Cache(string service) => Path.Combine(folder, "cache", service);

    /// <summary>Artifacts that a service made or fetched.</summary>
    private IEnumerable<string> Cached(string service) => Directory.Exists(Cache(service))
        ? Directory.EnumerateDirectories(Cache(service), new string('?', 64), SearchOption.AllDirectories).Select(one => Path.GetFileName(one)!) : [];
}
