using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Judge.Asking;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>All services in this process on one home, and one run among them.</summary>
internal sealed class EmbeddedRun : IAsyncDisposable
{
    private readonly WebApplication host;
    private readonly HomeLock held;

    private EmbeddedRun(WebApplication host, HomeLock held, Guid id) => (this.host, this.held, Id) = (host, held, id);

    public Guid Id { get; }

    /// <summary>The services are about to stop, whoever told them to.</summary>
    public CancellationToken Stopping => host.Lifetime.ApplicationStopping;

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    /// <summary>Creates the run or finds it, and starts whatever of it is missing.</summary>
    public static async Task<EmbeddedRun> Start(RunInput input, HomeFolder home, TimeProvider time, CancellationToken cancel)
    {
        TorchRuntime.Start(input.Recipe.Threads);
        var homeLock = new HomeLock(home);
        var numerics = new ServiceModule("numerics", services => services.AddSingleton(Numerics.Of(input.Recipe)), _ => { });
        var app = RlaifHost.Build(Deployment.Embedded(home), [numerics, .. AllServices.Modules]);
        try
        {
            await Migrate(app.Services.GetRequiredService<Database>(), home, cancel);
            var policy = await input.Policy.Store(app.Services.GetRequiredService<ArtifactStore>());
            var run = new EmbeddedRun(app, homeLock, input.Id(policy));
            await run.Create(input, policy, time, cancel);
            await app.StartAsync(cancel);
            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            app.Services.GetRequiredService<JudgeEndpoint>().Set(new Uri($"{address}/v1"));
            return run;
        }
        catch
        {
            await app.DisposeAsync();
            homeLock.Dispose();
            throw;
        }
    }

    private static async Task Migrate(Database database, HomeFolder home, CancellationToken cancel)
    {
        try
        {
            await database.Migrate(cancel);
        }
        catch (InvalidOperationException error)
        {
            throw new InputException($"{home.DatabaseFile} cannot be brought to this version ({error.InnerException?.Message ?? error.Message}); name another home with --home.", error);
        }
    }

    private async Task Create(RunInput input, string policy, TimeProvider time, CancellationToken cancel)
    {
        var runs = Get<RunTables>();
        await runs.Create(
            new()
            {
                Id = Id,
                Name = input.Recipe.Name,
                Recipe = Json.Of(input.Recipe),
                Seed = input.Recipe.Seed,
                StartPolicy = policy,
                Constitution = input.ConstitutionText,
                ConstitutionSha256 = input.Constitution.Sha256,
                CreatedAt = time.GetUtcNow(),
            },
            input.Rows(Id),
            cancel);

        // A new process tries again what paused the run, and takes back the leases of the one that died. Other runs of the home wait for
        // their own command: nobody asked for them now.
        var now = time.GetUtcNow();
        await runs.Pause(RlaifId.Of(Id, "resumed", now.UtcTicks), Id, "", now, cancel);
        foreach (var other in (await runs.GoingOn(cancel)).Where(other => other != Id))
        {
            await runs.Pause(RlaifId.Of(other, "waits", now.UtcTicks), other, "It was stopped; its own command goes on with it.", now, cancel);
        }

        await Get<TrainingTables>().ReleaseAll(Get<Deployment>().Replica, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
        held.Dispose();
    }
}
