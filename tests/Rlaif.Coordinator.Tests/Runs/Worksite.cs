using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rlaif.Coordinator.Runs;
using Rlaif.Hosting;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>One process: the real host with the real coordinator, and workers of the test.</summary>
internal sealed class Worksite : IAsyncDisposable
{
    private readonly WebApplication host;

    private Worksite(WebApplication host) => this.host = host;

    /// <summary>Where its HTTP API is.</summary>
    public Uri Address => new(host.Urls.First());

    /// <param name="replica">Of several that are alive, each its own.</param>
    public static async Task<Worksite> Start(TestRun run, Workplace place, string replica = "site")
    {
        var workers = new ServiceModule(
            "workers",
            services => services.AddSingleton(place).AddSingleton<TimeProvider>(run.Time),
            bus =>
            {
                // One message type to a queue: raw JSON does not say what it is, so a queue of two reads each as both.
                bus.AddConsumer<GenerateWorker>();
                bus.AddConsumer<ReviseWorker>();
                bus.AddConsumer<RewardModelWorker>();
                bus.AddConsumer<PolicyWorker>();
                bus.AddConsumer<ScoreWorker>();
                bus.AddConsumer<EvaluateWorker>();
                bus.AddLabeler<RulesWorker>("rules", parallel: 4);
                bus.AddLabeler<JudgeWorker>("judge", parallel: 4);
            });
        var level = place.DiesAt == int.MaxValue ? LogLevel.Error : LogLevel.None;      // whoever is killed complains
        var site = new Worksite(RlaifHost.Build(Deployment.Embedded(run.Home) with { Replica = replica }, [CoordinatorService.Module, workers], level));
        await site.host.StartAsync();
        return site;
    }

    /// <summary>Somebody outside changed the facts.</summary>
    public void Wake() => host.Services.GetRequiredService<RunSignal>().Signal.Raise();

    /// <summary>Nothing is finished, nothing is waited for.</summary>
    public async Task Kill()
    {
        try
        {
            await host.StopAsync(new CancellationToken(canceled: true));
        }
        catch (Exception error) when (error is OperationCanceledException or AggregateException)
        {
            // What was under way was cut off, as it should be.
        }

        await host.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
    }
}
