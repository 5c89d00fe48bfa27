using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>The one way to start services: database, artifacts, bus, graceful stop.</summary>
public static class RlaifHost
{
    /// <summary>A host of these services on one home. HTTP on 127.0.0.1 at <paramref name="port"/>; 0: a free one.</summary>
    public static WebApplication Build(HomeFolder home, IReadOnlyList<ServiceModule> modules, int port = 0, LogLevel level = LogLevel.Warning)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.SetMinimumLevel(level);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(home);
        builder.Services.AddSingleton(_ => Database.Sqlite(home.DatabaseFile));
        builder.Services.AddSingleton(_ => new ArtifactStore(home.Artifacts));
        builder.Services.AddTables();
        builder.Services.AddSingleton<RunGuard>();
        builder.Services.AddSingleton<TrainingFolders>();
        builder.Services.AddSingleton<JobSignal>();
        builder.Services.AddSingleton<TrainingQueue>();
        builder.Services.AddSingleton(new LeaseOwner(Environment.MachineName));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        foreach (var module in modules)
        {
            module.Services(builder.Services);
        }

        builder.Services.AddRlaifBus(bus =>
        {
            foreach (var module in modules)
            {
                module.Consumers(bus);
            }
        });
        var host = builder.Build();
        foreach (var module in modules)
        {
            module.Map?.Invoke(host);
        }

        return host;
    }

    /// <summary>One service as a process of its own, on the home that RLAIF_HOME names.</summary>
    public static async Task Run(ServiceModule module)
    {
        var home = new HomeFolder(Environment.GetEnvironmentVariable("RLAIF_HOME") is { Length: > 0 } named ? named : ".rlaif");
        await using var host = Build(home, [module], level: LogLevel.Information);
        await host.Services.GetRequiredService<Database>().Migrate(CancellationToken.None);
        await host.RunAsync();
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
