using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Rlaif.Recipes;
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
        LogTo(builder.Logging, level);
        builder.Services.AddTelemetry(deployment, modules is [var only] ? only.Name : "rlaif", Settings.Environment);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(deployment);
        builder.Services.AddSingleton(deployment.Home);
        builder.Services.AddSingleton(Settings.Environment);
        builder.Services.AddSingleton(_ => deployment.Open());
        if (deployment.Bucket is { } bucket)
        {
            builder.Services.AddSingleton(_ => new ArtifactBucket(bucket));
        }

        builder.Services.AddSingleton(
            services => new ArtifactStore(deployment.Home.Artifacts, deployment.Replica, services.GetService<ArtifactBucket>()));
        builder.Services.AddTables();
        builder.Services.AddSingleton<Patience>();
        builder.Services.AddSingleton<LabelQueues>();
        builder.Services.AddSingleton<RunGuard>();
        builder.Services.AddSingleton<TrainingFolders>();
        builder.Services.AddSingleton<JobSignal>();
        builder.Services.AddSingleton<TrainingQueue>();
        builder.Services.AddHealth(deployment);
        builder.Services.ConfigureHttpJsonOptions(http =>
        {
            http.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            http.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            http.SerializerOptions.RespectNullableAnnotations = true;
            http.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        builder.Services.AddProblemDetails();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        // The bus before who sends by it: a host stops in the reverse order.
        builder.Services.AddRlaifBus(deployment.Broker, bus =>
        {
            foreach (var module in modules)
            {
                module.Consumers(bus);
            }
        });
        foreach (var module in modules)
        {
            module.Services(builder.Services);
        }

        var host = builder.Build();
        host.MapHealth();
        host.MapTelemetry(deployment);
        foreach (var module in modules)
        {
            module.Map?.Invoke(host);
        }

        return host;
    }

    /// <summary>One service as a process of its own, as the environment says, until it is told to stop.</summary>
    public static Task Run(ServiceModule module) => Run(Deployment.Read(Settings.Environment), module, CancellationToken.None);

    /// <inheritdoc cref="Run(ServiceModule)"/>
    public static async Task Run(Deployment deployment, ServiceModule module, CancellationToken cancel)
    {
        await using var host = Build(deployment, [module], Settings.Environment.Level());
        var patience = host.Services.GetRequiredService<Patience>();
        await patience.Try("The database", host.Services.GetRequiredService<Database>().Migrate, cancel);
        if (host.Services.GetService<ArtifactBucket>() is { } bucket)
        {
            await patience.Try("The bucket", bucket.Probe, cancel);        // a wrong key is said now, not when the first run needs it
        }

        // Whoever had this name before is dead: what it held is free.
        await host.Services.GetRequiredService<TrainingTables>().ReleaseAll(deployment.Replica, cancel);
        await host.StartAsync(cancel);
        await host.WaitForShutdownAsync(cancel);
    }

    /// <summary>Brings database and broker to this version: tables, exchanges, queues. A bucket has to be there. What is published before the queues exist is lost.</summary>
    public static async Task Prepare(Deployment deployment, IReadOnlyList<ServiceModule> modules, CancellationToken cancel)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        LogTo(builder.Logging, Settings.Environment.Level());
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<Patience>();
        builder.Services.AddRlaifBus(deployment.Broker, bus => modules.ToList().ForEach(module => module.Consumers(bus)), topologyOnly: true);
        using var host = builder.Build();
        await using var database = deployment.Open();
        await host.Services.GetRequiredService<Patience>().Try("The database", database.Migrate, cancel);
        if (deployment.Bucket is { } settings)
        {
            using var bucket = new ArtifactBucket(settings);
            await host.Services.GetRequiredService<Patience>().Try("The bucket", bucket.Probe, cancel);
        }

        await host.StartAsync(cancel);
        await host.StopAsync(cancel);
    }

    /// <summary>A trainer with its own loop over the jobs of its kinds.</summary>
    public static void AddTrainer<T>(this IServiceCollection services)
        where T : class, ITrainer
    {
        services.AddSingleton<T>();
        services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<TrainerLoop>(provider, provider.GetRequiredService<T>()));
    }

    private static LogLevel Level(this Settings settings) => settings.Text("RLAIF_LOG") is not { } text ? LogLevel.Information
        : Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level) ? level
        : throw new InputException($"RLAIF_LOG is \"{text}\"; write one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");

    private static bool WantsJson(this Settings settings) => settings.Text("RLAIF_LOG_FORMAT") switch
    {
        null or "text" => false,
        "json" => true,
        var other => throw new InputException($"RLAIF_LOG_FORMAT is \"{other}\"; write text or json."),
    };

    private static void LogTo(ILoggingBuilder logging, LogLevel level)
    {
        logging.ClearProviders();
        if (Settings.Environment.WantsJson())
        {
            logging.AddJsonConsole(console => (console.IncludeScopes, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "O"));
        }
        else
        {
            logging.AddSimpleConsole(console => console.SingleLine = true);
        }

        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);     // standard output is the command's
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);      // whoever asks gets the answer
        logging.AddFilter("MassTransit", LogLevel.Error);       // a broker that is away is a stack trace each time otherwise
    }

    private static void AddTables(this IServiceCollection services)
    {
        services.AddSingleton<RunTables>();
        services.AddSingleton<WorkTables>();
        services.AddSingleton<ResponseTables>();
        services.AddSingleton<PairTables>();
        services.AddSingleton<TrainingData>();
        services.AddSingleton<ClaimTables>();
        services.AddSingleton<TrainingTables>();
        services.AddSingleton<EvaluationTables>();
        services.AddSingleton<CountTables>();
        services.AddSingleton<LineageTables>();
    }
}
