using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Rlaif.Contracts;
using Rlaif.Coordinator.Api;
using Rlaif.Coordinator.Looking;
using Rlaif.Hosting;
using Rlaif.Judge.Asking;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>All services in this process on one home, and one run among them.</summary>
internal sealed class EmbeddedRun : IRunning
{
    private readonly WebApplication host;
    private readonly HomeLock held;

    private EmbeddedRun(WebApplication host, HomeLock held, Guid id) => (this.host, this.held, Id) = (host, held, id);

    public Guid Id { get; }

    /// <summary>The services are about to stop, whoever told them to.</summary>
    public CancellationToken Stopping => host.Lifetime.ApplicationStopping;

    public string LookOptions => Closing.HomeOption(Get<HomeFolder>().Path);

    public async Task<RunState> State(CancellationToken cancel) => (await Get<RunDesk>().State(Id, cancel))!;

    public Task<RunEnding> Ending(CancellationToken cancel) => Get<RunEndings>().Of(Id, cancel);

    public Task<string> Folder(string artifact, CancellationToken cancel) => Get<ArtifactStore>().Fetch(artifact, cancel);

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
            var artifacts = app.Services.GetRequiredService<ArtifactStore>();
            var (policy, prompts) = (await input.Policy.Store(artifacts, cancel), await input.StorePrompts(artifacts, cancel));
            var run = new EmbeddedRun(app, homeLock, input.Id(policy));
            await run.Create(input.Document(policy, prompts), time, cancel);
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
        catch (Exception error) when (error is InvalidOperationException or DbException)
        {
            throw new InputException(
                $"{home.DatabaseFile} cannot be used ({error.GetBaseException().Message.TrimEnd('.')}); restore it, or name another home with --home.", error);
        }
    }

    private async Task Create(RunDocument document, TimeProvider time, CancellationToken cancel)
    {
        // Other runs of the home wait for their own command: nobody asked for them now.
        var (runs, now) = (Get<RunTables>(), time.GetUtcNow());
        foreach (var other in (await runs.GoingOn(cancel)).Where(other => other != Id))
        {
            await runs.Pause(RlaifId.Of(other, "waits", now.UtcTicks), other, "It was stopped; its own command goes on with it.", now, cancel);
        }

        await Get<RunDesk>().Create(document, cancel);
        // Under the home's lock nobody else is there: what the last process held is free.
        await Get<TrainingTables>().ReleaseAll(Get<Deployment>().Replica, cancel);
    }

    private T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
        held.Dispose();
    }
}
