using Dapper;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Tests.Hosting;

/// <summary>A home with one enqueued training, and a process with a trainer. The clock stands still until the test moves it.</summary>
internal sealed class TrainerHome : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-trainer-").FullName;
    private WebApplication? host;

    private TrainerHome() => Database = Database.Sqlite(new HomeFolder(folder).DatabaseFile);

    public static Guid Run { get; } = RlaifId.Of("run");

    public static Guid Job { get; } = RlaifId.Of("job");

    public Database Database { get; }

    public static DateTimeOffset Began { get; } = new(2026, 11, 25, 18, 0, 0, TimeSpan.Zero);

    public FakeTimeProvider Time { get; } = new(Began);

    public TrainingTables Trainings => new(Database);

    /// <summary>Pauses that everybody was told of.</summary>
    public PauseWatch Pauses { get; } = new();

    public static async Task<TrainerHome> Start(Script script)
    {
        var home = new TrainerHome();
        await home.Database.Migrate(default);
        await new RunTables(home.Database).Create(new() { Id = Run, CreatedAt = home.Time.GetUtcNow() }, AsyncEnumerable.Empty<PromptRow>(), default);
        await new WorkTables(home.Database).Plan(
            new() { RunId = Run, Round = 1, Name = "sft", Total = 1, PlannedAt = home.Time.GetUtcNow() },
            AsyncEnumerable.ToAsyncEnumerable<CommandRow>([new() { Id = Job, RunId = Run, Round = 1, Stage = "sft", Kind = ScriptedTrainer.Kind }]),
            default);
        await home.Trainings.Enqueue(new() { Id = Job, RunId = Run, Kind = ScriptedTrainer.Kind }, home.Time.GetUtcNow(), default);
        var module = new ServiceModule(
            "trainer", services => services.AddSingleton(script).AddSingleton<TimeProvider>(home.Time).AddTrainer<ScriptedTrainer>(), _ => { });
        home.host = RlaifHost.Build(Deployment.Embedded(new HomeFolder(home.folder)), [module], LogLevel.Error);
        home.host.Services.GetRequiredService<IBus>().ConnectPublishObserver(home.Pauses);
        await home.host.StartAsync();
        return home;
    }

    public Task<JobRow?> Claim(TimeSpan later) =>
        Trainings.Claim([ScriptedTrainer.Kind], "somebody else", Time.GetUtcNow() + later, TimeSpan.FromMinutes(1), default);

    public async Task<DateTimeOffset> LeaseUntil()
    {
        await using var connection = await Database.Open(default);
        return await connection.QuerySingleAsync<DateTimeOffset>("select lease_until from training_job");
    }

    /// <summary>What trainings that were begun left in the store.</summary>
    public IEnumerable<string> Staged() => Directory.EnumerateDirectories(Path.Combine(new HomeFolder(folder).Artifacts, "staging")).SelectMany(Directory.EnumerateFileSystemEntries);

    public async Task<string?> PauseReason() => (await new RunTables(Database).Find(Run, default))!.PauseReason;

    public Task Resume() => new RunTables(Database).Pause(RlaifId.Of("resumed"), Run, "", Time.GetUtcNow().AddSeconds(1), default);

    public Task Stop() => host!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host!.StopAsync();
        await host.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
