using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.PolicyOptimizer.Tests;

public sealed class RolloutLabelsTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-rollouts-").FullName;
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 26, 8, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
    private readonly Database database;
    private readonly ServiceProvider services;
    private readonly RolloutPairs pairs = Siblings.Pairs(Siblings.Of("p", "one", "two", "three"), Siblings.Of("q", "four", "five"));
    private readonly CommandRow training = new() { Id = Siblings.Training, RunId = Siblings.Run, Round = 1, Stage = "grpo", Kind = nameof(OptimizePolicy), Body = "{}" };

    public RolloutLabelsTests()
    {
        database = Database.Sqlite(Path.Combine(folder, "rlaif.db"));
        services = new ServiceCollection().AddMassTransitTestHarness().BuildServiceProvider(validateScopes: true);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private PairTables Labels => new(database);

    private RolloutLabels Asking => new(
        Labels, new WorkTables(database), services.GetRequiredService<IBus>(), Deployment.Embedded(new(folder)), new Patience(time, NullLogger<Patience>.Instance), time);

    public async ValueTask InitializeAsync()
    {
        await database.Migrate(Cancel);
        await services.GetRequiredService<ITestHarness>().Start();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_training_that_was_killed_between_two_labels_asks_for_the_others_and_gets_the_votes_of_the_first_answers()
    {
        using var kill = new CancellationTokenSource();
        var first = Asking.Of(training, Questions, kill.Token);
        await Eventually.True(async () => (await Open()).Count == 4, "four pairs are asked about");
        var asked = await Open();
        await Answer(asked[0], 1);
        await Answer(asked[1], 0);
        await kill.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var second = Asking.Of(training, Questions, Cancel);
        await Eventually.True(async () => (await Open()).Count == 2, "the other two are open");
        Assert.Equal(asked.Skip(2).Select(question => question.Id), (await Open()).Select(question => question.Id));
        // A judge who has changed his mind, and says so of all: what was said first stands.
        foreach (var question in asked)
        {
            await Answer(question, 0.25);
        }

        await Passes(second);
        var votes = (await second).Votes.ToDictionary(vote => vote.PairId, vote => vote.Preference);
        Assert.Equal([1, 0, 0.25, 0.25], asked.Select(question => votes[question.PairId]!.Value));
        Assert.True((await Asking.Of(training, Questions, Cancel)).WasThere);
    }

    [Fact]
    public async Task Who_sends_them_is_told_and_no_stage_counts_them()
    {
        var harness = services.GetRequiredService<ITestHarness>();
        using var stop = new CancellationTokenSource();
        var waits = Asking.Of(training, Questions, stop.Token);
        await Eventually.True(async () => (await Open()).Count == 4, "four pairs are asked about");
        await Eventually.True(() => harness.Published.Any<RolloutsPaired>(message => message.Context.Message is { Pairs: 4, Round: 1 } told && told.RunId == Siblings.Run), "the Coordinator is told");
        Assert.False(await new WorkTables(database).IsOpen(new() { RunId = Siblings.Run, Round = 1, Name = "grpo" }, Cancel));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
    }

    [Fact]
    public async Task What_is_asked_early_is_not_waited_for_and_not_asked_again()
    {
        Assert.False(await Asking.Ask(training, Questions, Cancel));
        var asked = await Open();
        Assert.Equal(4, asked.Count);
        Assert.False(await Asking.Ask(training, Questions, Cancel));
        Assert.Equal(asked.Select(question => (question.Id, question.Deadline)), (await Open()).Select(question => (question.Id, question.Deadline)));
        foreach (var question in asked)
        {
            await Answer(question, 1);
        }

        var (votes, wasThere, failure) = await Asking.Of(training, Questions, Cancel);
        Assert.Equal((4, true, ""), (votes.Count, wasThere, failure));
        Assert.True(await Asking.Ask(training, Questions, Cancel));
        Assert.True(Asking.IsElsewhere(new() { Endpoint = "http://judge/v1" }) && !Asking.IsElsewhere(new()));
    }

    [Fact]
    public async Task What_is_due_earlier_is_sent_first()
    {
        await Asking.Ask(training, Questions, Cancel);
        var due = await Open();
        var later = Siblings.Pairs(Siblings.Of("r", "six", "seven", "eight"));
        await Asking.Ask(training, now => later.Questions(1, now), Cancel);
        var all = await Open();
        Assert.Equal(due.Select(question => question.Id), all.Take(4).Select(question => question.Id));
        Assert.Equal(7, all.Count);
    }

    [Fact]
    public async Task When_nobody_answers_anything_for_a_day_there_is_nothing_to_learn_from_and_nothing_is_stored()
    {
        var waits = Asking.Of(training, Questions, Cancel);
        await Passes(waits, TimeSpan.FromHours(1));
        var told = await Assert.ThrowsAsync<InputException>(() => waits);
        Assert.Matches("^Nobody of pool judge has answered any of 4 pairs that grpo of round 1 asked about at 2026-11-26 08:00:00Z, so there is nothing to learn from; start a labeler", told.Message);
        Assert.Equal(4, (await Open()).Count);
    }

    [Fact]
    public async Task When_some_are_answered_the_others_are_given_up_once_and_for_all()
    {
        var waits = Asking.Of(training, Questions, Cancel);
        await Eventually.True(async () => (await Open()).Count == 4, "four pairs are asked about");
        var asked = await Open();
        await Answer(asked[0], 1);
        await Passes(waits, TimeSpan.FromHours(1));
        var (votes, wasThere, failure) = await waits;
        Assert.Equal((asked[0].PairId, false), (Assert.Single(votes).PairId, wasThere));
        Assert.StartsWith("Timeout: no answer by 2026-11-27", failure, StringComparison.Ordinal);
        await Answer(asked[1], 1);      // too late
        Assert.Single((await Asking.Of(training, Questions, Cancel)).Votes);
    }

    private IReadOnlyList<LabelPreference> Questions(DateTimeOffset now) => pairs.Questions(1, now);

    private async Task<IReadOnlyList<LabelPreference>> Open() =>
        [.. (await new WorkTables(database).Open(new() { RunId = Siblings.Run, Round = 1, Name = "grpo-rewards" }, "judge", 100, Cancel)).Select(row => Json.Read<LabelPreference>(row.Body))];

    private Task<bool> Answer(LabelPreference question, double preference) => Labels.Insert(
        new PreferenceLabeled
        {
            Id = question.Id, RunId = question.RunId, PairId = question.PairId, Pool = question.Pool, Labeler = "judge/pairwise/m",
            Votes = [new() { Principle = question.Principles[0].Id, Preference = preference, OrderConsistent = true }],
        },
        null, time.GetUtcNow(), Cancel);

    private Task Passes(Task waits, TimeSpan? each = null) => Eventually.True(
        () =>
        {
            time.Advance(each ?? TimeSpan.FromSeconds(1));
            return waits.IsCompleted;
        },
        "what waits is told");
}
