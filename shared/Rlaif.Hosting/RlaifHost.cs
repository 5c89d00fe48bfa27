using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>The one way to start services: database, artifacts, bus, health, graceful stop.</summary>
public static class RlaifHost
{
    /// <summary>A host of these services.</summary>
    public static WebApplication Build(Deployment deployment, IReadOnlyList<ServiceModule> modules, LogLevel level = LogLevel.Warning)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(deployment.Listen.ToString());
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);     // standard output is the command's
        builder.Logging.SetMinimumLevel(level);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(deployment);
        builder.Services.AddSingleton(deployment.Home);
        builder.Services.AddSingleton(_ => deployment.Database is { } postgres ? Database.Postgres(postgres) : Database.Sqlite(deployment.Home.DatabaseFile));
        builder.Services.AddSingleton(_ => new ArtifactStore(deployment.Home.Artifacts, deployment.Replica));
        builder.Services.AddTables();
        builder.Services.AddSingleton<Patience>();
        builder.Services.AddSingleton<LabelQueues>();
        builder.Services.AddSingleton<RunGuard>();
        builder.Services.AddSingleton<TrainingFolders>();
        builder.Services.AddSingleton<JobSignal>();
        builder.Services.AddSingleton<TrainingQueue>();
        builder.Services.AddHealth();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        foreach (var module in modules)
        {
            module.Services(builder.Services);
        }

        builder.Services.AddRlaifBus(deployment.Broker, bus =>
        {
            foreach (var module in modules)
            {
                module.Consumers(bus);
            }
        });
        var host = builder.Build();
        host.MapHealth();
        foreach (var module in modules)
        {
            module.Map?.Invoke(host);
        }

        return host;
    }

    /// <summary>One service as a process of its own, until it is told to stop.</summary>
    public static async Task Run(ServiceModule module)
    {
        var deployment = Deployment.Read(Settings.Environment);
        await using var host = Build(deployment, [module], LogLevel.Information);
        await host.Services.GetRequiredService<Patience>().Try("The database", host.Services.GetRequiredService<Database>().Migrate, CancellationToken.None);
        // Whoever had this name before is dead: what it held is free.
        await host.Services.GetRequiredService<TrainingTables>().ReleaseAll(deployment.Replica, CancellationToken.None);
        await host.StartAsync();
        await host.WaitForShutdownAsync();
    }

    /// <summary>A trainer with its own loop over the jobs of its kinds.</summary>
    public static void AddTrainer<T>(this IServiceCollection services)
        where T : class, ITrainer
    {
        services.AddSingleton<T>();
        services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<TrainerLoop>(provider, provider.GetRequiredService<T>()));
    }

    private static void AddTables(this IServiceCollection services)
    {
        services.AddSingleton<RunTables>();
        services.AddSingleton<WorkTables>();
        services.AddSingleton<ResponseTables>();
        services.AddSingleton<PairTables>();
        services.AddSingleton<TrainingTables>();
        services.AddSingleton<EvaluationTables>();
    }
}
