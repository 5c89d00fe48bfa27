using System.Collections.Concurrent;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Hosting.Tests;

/// <summary>What every transport with its database has to keep. One set of facts, run on each.</summary>
public abstract class TransportCompliance : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-transport-").FullName;
    private readonly ConcurrentQueue<Guid> worked = [];
    private readonly ConcurrentDictionary<Guid, int> attempts = [];
    private Func<Guid, int, Task> work = (_, _) => Task.CompletedTask;
    private int busy, busiest;
    private WebApplication? host;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Broker and database under test; both null: memory and SQLite.</summary>
    protected abstract Task<(BrokerSettings? Broker, string? Database)> Servers();

    public async ValueTask InitializeAsync() => host = await Start();

    public async ValueTask DisposeAsync()
    {
        await host!.StopAsync(Cancel);
        await host.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_is_published_is_worked_on()
    {
        var ids = await Publish(50);
        await Worked(ids);
    }

    [Fact]
    public async Task What_fails_for_a_reason_that_heals_is_tried_again()
    {
        work = (_, attempt) => attempt < 3 ? throw new TimeoutException("The database restarts.") : Task.CompletedTask;
        var ids = await Publish(3);
        await Worked(ids);
        Assert.All(ids, id => Assert.Equal(3, attempts[id]));
    }

    [Fact]
    public async Task What_cannot_be_worked_on_is_set_aside_after_one_try_and_what_is_behind_it_goes_on()
    {
        var ids = Ids(5);
        work = (id, _) => id == ids[1] ? throw new InvalidDataException("It makes no sense.") : Task.CompletedTask;
        await Publish(ids);
        await Worked([.. ids.Where(id => id != ids[1])]);
        await Eventually.True(() => attempts.ContainsKey(ids[1]), "it was tried");
        Assert.Equal(1, attempts[ids[1]]);
    }

    [Fact]
    public async Task No_more_is_worked_on_at_once_than_was_said()
    {
        // Nobody goes on before as many work at once as may; were there more, the busiest moment would tell.
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        work = (_, _) =>
        {
            if (Volatile.Read(ref busy) >= ComplianceWorker.Parallel)
            {
                full.TrySetResult();
            }

            return full.Task.WaitAsync(Cancel);
        };
        await Worked(await Publish(60));
        Assert.Equal(ComplianceWorker.Parallel, busiest);
    }

    [Fact]
    public async Task What_a_consumer_said_before_it_failed_was_not_said()
    {
        work = (_, attempt) => attempt < 3 ? throw new TimeoutException("Not yet.") : Task.CompletedTask;
        var ids = await Publish(4);
        await Worked(ids);
        await Eventually.True(() => Told.Count >= 4, "four were told of");
        Assert.Equal(ids.Order(), Told.Order());
    }

    [Fact]
    public async Task A_second_delivery_is_worked_on_again_and_writes_the_same_row()
    {
        var tables = host!.Services.GetRequiredService<RunTables>();
        work = (id, _) => tables.Create(new() { Id = id, Name = "one", CreatedAt = DateTimeOffset.UnixEpoch }, AsyncEnumerable.Empty<PromptRow>(), Cancel);
        var ids = Ids(3);
        await Publish(ids);
        await Publish(ids);
        await Eventually.True(() => worked.Count >= 6, "both deliveries");
        Assert.Equal(ids.Order(), (await tables.Ids(Cancel)).Order());
    }

    [Fact]
    public async Task A_message_comes_with_everything_that_was_in_it()
    {
        var sent = new PreferenceDeclined(RlaifId.Of("x"), RlaifId.Of("run"), RlaifId.Of("pair"), "human", "human/Zoë", FailureKind.Refusal, "ü \"quoted\" \n \u0001 😀");
        await Bus.Publish(sent, Cancel);
        await Eventually.True(() => Declined.Contains(sent), "it came as it was sent");
    }

    [Fact]
    public async Task A_host_that_stops_finishes_what_it_works_on()
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var told = host!.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        work = (_, _) =>
        {
            began.TrySetResult();
            return stopping.Task;       // it is not done when the host is told to stop
        };
        var ids = await Publish(1);
        await began.Task.WaitAsync(Cancel);
        await host.StopAsync(Cancel);
        Assert.Equal(ids, worked);
    }

    [Fact]
    public async Task It_is_ready_when_broker_and_database_are_there()
    {
        using var client = new HttpClient();
        await Eventually.True(async () => (await client.GetAsync(new Uri(new Uri(host!.Urls.First()), "/healthz/ready"), Cancel)).IsSuccessStatusCode, "ready");
        Assert.True((await client.GetAsync(new Uri(new Uri(host!.Urls.First()), "/healthz/live"), Cancel)).IsSuccessStatusCode);
    }

    internal ConcurrentQueue<Guid> Told { get; } = [];

    internal ConcurrentQueue<PreferenceDeclined> Declined { get; } = [];

    private IBus Bus => host!.Services.GetRequiredService<IBus>();

    internal async Task Work(Guid id, ConsumeContext context)
    {
        var attempt = attempts.AddOrUpdate(id, 1, (_, before) => before + 1);
        var now = Interlocked.Increment(ref busy);
        lock (worked)
        {
            busiest = Math.Max(busiest, now);
        }

        try
        {
            await context.Publish(new PolicyEvaluated(id, id, 0, Promote: true, []), Cancel);
            await work(id, attempt);
            worked.Enqueue(id);
        }
        finally
        {
            Interlocked.Decrement(ref busy);
        }
    }

    private async Task<WebApplication> Start()
    {
        var (broker, database) = await Servers();
        var deployment = Deployment.Embedded(new HomeFolder(folder)) with { Broker = broker, ConnectionString = database };
        var module = new ServiceModule(
            "compliance",
            services => services.AddSingleton(this),
            bus =>
            {
                bus.AddWorker<ComplianceWorker>(ComplianceWorker.Parallel);
                bus.AddWorker<ComplianceListener>(1);
                bus.AddWorker<ComplianceDeclined>(1);
            });
        var started = RlaifHost.Build(deployment, [module], LogLevel.Critical);
        await started.Services.GetRequiredService<Database>().Migrate(Cancel);
        await started.StartAsync(Cancel);
        await started.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Cancel);
        return started;
    }

    private static IReadOnlyList<Guid> Ids(int count) => [.. Enumerable.Range(0, count).Select(i => RlaifId.Of("message", i))];

    private async Task<IReadOnlyList<Guid>> Publish(int count)
    {
        var ids = Ids(count);
        await Publish(ids);
        return ids;
    }

    private Task Publish(IEnumerable<Guid> ids) =>
        Task.WhenAll(ids.Select(id => Bus.Publish(new EvaluatePolicy(id, id, 1, "candidate", 0), context => context.MustArrive(), Cancel)));

    private Task Worked(IReadOnlyList<Guid> ids) => Eventually.True(() => ids.All(worked.Contains), $"{ids.Count} messages were worked on");
}

internal sealed class ComplianceWorker(TransportCompliance test) : IConsumer<EvaluatePolicy>
{
    public const int Parallel = 4;

    public Task Consume(ConsumeContext<EvaluatePolicy> context) => test.Work(context.Message.Id, context);
}

internal sealed class ComplianceListener(TransportCompliance test) : IConsumer<PolicyEvaluated>
{
    public Task Consume(ConsumeContext<PolicyEvaluated> context)
    {
        test.Told.Enqueue(context.Message.Id);
        return Task.CompletedTask;
    }
}

internal sealed class ComplianceDeclined(TransportCompliance test) : IConsumer<PreferenceDeclined>
{
    public Task Consume(ConsumeContext<PreferenceDeclined> context)
    {
        test.Declined.Enqueue(context.Message);
        return Task.CompletedTask;
    }
}
