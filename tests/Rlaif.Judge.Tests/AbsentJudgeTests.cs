using MassTransit;
using MassTransit.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Judge.Asking;
using Rlaif.Judge.Consumers;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Judge.Tests;

/// <summary>An endpoint that is not there: the run waits for it, and not for ever.</summary>
public sealed class AbsentJudgeTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-absent-").FullName;
    private readonly Database database;
    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    public AbsentJudgeTests() => database = Database.Sqlite(Path.Combine(folder, "rlaif.db"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RunTables Runs => new(database);

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_judge_that_is_away_for_a_quarter_of_an_hour_pauses_the_run_and_a_resumed_run_waits_as_long_again()
    {
        // A refusal and not an error of the server: the client does not try it again, so that no wait of its own hangs on the clock.
        var isBack = false;
        await using var stub = await StubEndpoint.Start(_ => Volatile.Read(ref isBack) ? StubEndpoint.Token(("A", 0.75), ("B", 0.25)) : Results.StatusCode(401));
        await JudgedRun.Create(database, new(), "run", Cancel);
        var told = new TaskCompletionSource<RunPaused>(TaskCreationOptions.RunContinuationsAsynchronously);
        var labeled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(time).AddSingleton(Runs).AddSingleton(new WorkTables(database)).AddSingleton<RunGuard>()
            .AddSingleton(new JudgeEndpoint(stub.Address)).AddModelJudge()
            .AddMassTransitTestHarness(bus =>
            {
                bus.AddLabeler<JudgeConsumer>("judge", parallel: 1);
                bus.AddHandler((RunPaused message) => Task.FromResult(told.TrySetResult(message)));
                bus.AddHandler((PreferenceLabeled _) => Task.FromResult(labeled.TrySetResult()));
            })
            .BuildServiceProvider(validateScopes: true);
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var queue = await harness.Bus.GetSendEndpoint(RlaifBus.LabelAddress("judge"));

        var began = time.GetUtcNow();
        await queue.Send(Asking.Command(Asking.Honest), Cancel);
        await Passes(async () => await PauseReason() is { Length: > 0 }, "the run waits");
        Assert.True(time.GetUtcNow() - began > Patience, $"It paused after {time.GetUtcNow() - began}.");
        var reason = await PauseReason();
        Assert.Matches("^judge/pairwise/start cannot be reached since 15 minutes \\(.+\\); start it, or name another in judge.endpoint.$", reason);
        var pause = await told.Task.WaitAsync(Cancel);
        Assert.Equal((RlaifId.Of("run"), reason), (pause.RunId, pause.Reason));

        await Runs.Pause(RlaifId.Of("resumed"), RlaifId.Of("run"), "", time.GetUtcNow(), Cancel);
        var asked = stub.Requests.Count;
        await queue.Send(Asking.Command(Asking.Honest), Cancel);
        await Passes(() => Task.FromResult(stub.Requests.Count >= asked + 8), "it is asked again and again");
        Volatile.Write(ref isBack, true);
        await Passes(() => Task.FromResult(labeled.Task.IsCompleted), "the pair is labeled");
    }

    /// <summary>Lets a few seconds pass again and again until the fact is there.</summary>
    private Task Passes(Func<Task<bool>> fact, string what) => Eventually.True(
        async () =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return await fact();
        },
        what);

    private async Task<string?> PauseReason() => (await Runs.Find(RlaifId.Of("run"), Cancel))!.PauseReason;
}
