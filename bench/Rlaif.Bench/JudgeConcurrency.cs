using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Judge;
using Rlaif.Judge.Tests;
using Rlaif.Testing;

namespace Rlaif.Bench;

/// <summary>The judge service takes commands from the broker, asks an endpoint that answers after half a second, and publishes labels.</summary>
internal static class JudgeConcurrency
{
    private const int Parallel = 64, Labels = 960;

    private static readonly TimeSpan Answer = TimeSpan.FromMilliseconds(500);

    public static async Task<IReadOnlyList<Figure>> Measure()
    {
        await using var servers = await PrivateServers.Start();
        await using var run = await BenchRun.Create(servers, "judge-concurrency");
        // The first labels wait for code to be compiled and connections to be made.
        var (warm, tally) = (new Tally(Parallel), new Tally(Labels));
        var counted = new Counted { Tally = warm };
        await using var endpoint = await StubEndpoint.Start(async (_, context) =>
        {
            counted.Tally.Called();
            await Task.Delay(Answer, context.RequestAborted);
            return StubEndpoint.Token(("A", 0.75), ("B", 0.25));
        });
        var recipe = BenchRun.Recipe("labelers.judge=settle", $"judge.parallel={Parallel}", $"judge.endpoint={endpoint.Address}", "judge.model=stub");
        var id = await run.CreatePaused("judge-concurrency", recipe);
        await new Storage.RunTables(run.Database).Pause(RlaifId.Of(id, "resumed"), id, "", TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1), default);
        var module = new ServiceModule("tally", services => services.AddSingleton(counted), bus => bus.AddWorker<TallyConsumer>(100));
        await using var host = RlaifHost.Build(run.Deployment, [JudgeService.Module, module]);
        await host.StartAsync();
        var bus = host.Services.GetRequiredService<IBus>();
        var labels = await bus.GetSendEndpoint(RlaifBus.LabelAddress("judge"));
        await Task.WhenAll(Enumerable.Range(0, Parallel).Select(i => labels.Send(Command(id, i))));
        await warm.All.Task.WaitAsync(TimeSpan.FromMinutes(5));
        counted.Tally = tally;
        await Task.WhenAll(Enumerable.Range(Parallel, Labels).Select(i => labels.Send(Command(id, i))));
        await tally.All.Task.WaitAsync(TimeSpan.FromMinutes(5));
        await host.StopAsync();
        var ideal = Math.Ceiling(tally.Calls / (double)Parallel) * Answer.TotalSeconds;
        return
        [
            Figure.Plain("judge/calls", tally.Calls),
            Figure.AtLeast("judge/efficiency_of_64_calls_at_once", ideal / Stopwatch.GetElapsedTime(tally.Began, tally.Ended).TotalSeconds, 0.95),
        ];
    }

    private static LabelPreference Command(Guid run, int i)
    {
        var pair = RlaifId.Of(run, i);
        return new()
        {
            Id = RlaifId.Of(pair, "judge", 1), RunId = run, PairId = pair, Pool = "judge", Prompt = [new("user", $"What is {i} and {i}?")],
            First = new($"It is {2 * i}.", true), Second = new("I do not know.", true), Principles = [new("honest", "Which response is more honest?")],
            Guidelines = "", Constitution = "", Deadline = DateTimeOffset.MaxValue,
        };
    }

    /// <summary>From the first call to the last label.</summary>
    private sealed class Tally(int expected)
    {
        private int calls, labels;

        public int Calls => calls;

        public long Began { get; private set; }

        public long Ended { get; private set; }

        public TaskCompletionSource All { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Called()
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                Began = Stopwatch.GetTimestamp();
            }
        }

        public void Labeled()
        {
            if (Interlocked.Increment(ref labels) == expected)
            {
                Ended = Stopwatch.GetTimestamp();
                All.SetResult();
            }
        }
    }

    private sealed class Counted
    {
        public required Tally Tally { get; set; }
    }

    private sealed class TallyConsumer(Counted counted) : IConsumer<PreferenceLabeled>
    {
        public Task Consume(ConsumeContext<PreferenceLabeled> context)
        {
            counted.Tally.Labeled();
            return Task.CompletedTask;
        }
    }
}
