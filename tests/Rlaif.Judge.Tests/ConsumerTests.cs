using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Judge.Asking;
using Rlaif.Judge.Consumers;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Judge.Tests;

/// <summary>A command gets exactly one answer: votes, or why there are none.</summary>
public sealed class ConsumerTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-judge-").FullName;
    private readonly Database database;

    public ConsumerTests() => database = Database.Sqlite(Path.Combine(folder, "rlaif.db"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_judge_of_a_recipe_that_names_none_is_the_starting_policy_on_our_own_endpoint()
    {
        await using var stub = await StubEndpoint.Start(_ => StubEndpoint.Token(("A", 0.75), ("B", 0.25)));
        await CreateRun(new() { Parallel = 2 });
        var label = await Answer<JudgeConsumer, PreferenceLabeled>(Asking.Command(Asking.Honest), stub.Address);
        Assert.Equal(RlaifId.Of("label"), label.Id);
        Assert.Equal("judge/pairwise/start", label.Labeler);
        Assert.Single(label.Votes);
        Assert.All(stub.Requests, request => Assert.Equal("policy-of-the-start", request.Body["model"]!.ToString()));
    }

    [Fact]
    public async Task A_recipe_may_name_any_endpoint_model_and_form()
    {
        await using var stub = await StubEndpoint.Start(_ => StubEndpoint.Token(("Yes", 0.75), ("No", 0.25)));
        await CreateRun(new() { Endpoint = stub.Address.ToString(), Model = "big", Form = "pointwise", Parallel = 1 });
        var label = await Answer<JudgeConsumer, PreferenceLabeled>(Asking.Command(Asking.Honest), new("http://nobody.invalid/v1"));
        Assert.Equal("judge/pointwise/big", label.Labeler);
        Assert.Equal(0.5, Assert.Single(label.Votes).Preference);
    }

    [Fact]
    public async Task A_command_without_principles_and_a_run_that_is_not_there_are_declined_with_the_reason()
    {
        await CreateRun(new());
        var nothing = await Answer<JudgeConsumer, PreferenceDeclined>(Asking.Command(), new("http://nobody.invalid/v1"));
        Assert.Contains("no principle", nothing.Reason, StringComparison.Ordinal);
        var noRun = await Answer<JudgeConsumer, PreferenceDeclined>(Asking.Command(Asking.Honest) with { RunId = RlaifId.Of("other") }, new("http://nobody.invalid/v1"));
        Assert.Contains("not in the database", noRun.Reason, StringComparison.Ordinal);
        Assert.Equal(FailureKind.NotQualified, noRun.Failure);
    }

    [Fact]
    public async Task An_endpoint_that_is_away_for_a_while_is_asked_again_and_costs_no_label()
    {
        var asked = 0;
        await using var stub = await StubEndpoint.Start((_, context) => Task.FromResult(
            Interlocked.Increment(ref asked) <= 10 ? StubEndpoint.Error(context, 503) : StubEndpoint.Token(("A", 0.75), ("B", 0.25))));
        await CreateRun(new() { Parallel = 1 });
        var label = await Answer<JudgeConsumer, PreferenceLabeled>(Asking.Command(Asking.Honest), stub.Address);
        Assert.Equal(0.5, Assert.Single(label.Votes).Preference!.Value, 12);
    }

    [Fact]
    public async Task A_judge_that_is_away_holds_up_no_other_run()
    {
        await using var away = await StubEndpoint.Start((_, context) => Task.FromResult(StubEndpoint.Error(context, 503)));
        await using var there = await StubEndpoint.Start(_ => StubEndpoint.Token(("A", 0.75), ("B", 0.25)));
        await CreateRun(new() { Endpoint = away.Address.ToString(), Model = "away" }, "waiting");
        await CreateRun(new() { Endpoint = there.Address.ToString(), Model = "there" });
        var waiting = Asking.Command(Asking.Honest) with { Id = RlaifId.Of("waiting label"), RunId = RlaifId.Of("waiting") };
        var label = await Answer<JudgeConsumer, PreferenceLabeled>(Asking.Command(Asking.Honest), new("http://nobody.invalid/v1"), waiting);
        Assert.Equal((RlaifId.Of("label"), "judge/pairwise/there"), (label.Id, label.Labeler));
        Assert.NotEmpty(away.Requests);
    }

    [Fact]
    public async Task A_judge_whose_votes_count_is_asked_with_a_seed_and_a_shadow_without()
    {
        await using var stub = await StubEndpoint.Start(_ => StubEndpoint.Token(("A", 0.75), ("B", 0.25)));
        await CreateRun(new() { Parallel = 1 });
        await Answer<JudgeConsumer, PreferenceLabeled>(Asking.Command(Asking.Honest), stub.Address);
        Assert.All(stub.Requests, request => Assert.Equal("0", request.Body["seed"]!.ToString()));
        var shadow = JudgeSettings.Of(new(), "start", stub.Address);
        Assert.Null(shadow.Seed);
    }

    [Fact]
    public async Task An_endpoint_that_is_no_address_is_declined_with_what_to_write()
    {
        await CreateRun(new() { Endpoint = "localhost:8080" });
        var declined = await Answer<JudgeConsumer, PreferenceDeclined>(Asking.Command(Asking.Honest), new("http://nobody.invalid/v1"));
        Assert.Contains("http://localhost:8080/v1", declined.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_vote_by_machine_checks_and_decline_a_malformed_one()
    {
        var brief = new PrincipleText("brief", "Which is briefer?", """{"maxWords": 3}""");
        var label = await Answer<RulesConsumer, PreferenceLabeled>(
            Asking.Command(brief) with { Second = new("It is the city of Lyon, of course.", Ended: true) }, new("http://nobody.invalid/v1"));
        Assert.Equal(("rules", 1.0), (label.Labeler, Assert.Single(label.Votes).Preference));

        var declined = await Answer<RulesConsumer, PreferenceDeclined>(Asking.Command(brief with { Check = "{\"maxWrods\": 3}" }), new("http://nobody.invalid/v1"));
        Assert.Equal(("rules", FailureKind.NotQualified), (declined.Labeler, declined.Failure));
        Assert.Contains("maxWrods", declined.Reason, StringComparison.Ordinal);
    }

    private Task CreateRun(JudgeRecipe judge, string run = "run") => JudgedRun.Create(database, judge, run, Cancel);

    private async Task<TAnswer> Answer<TConsumer, TAnswer>(LabelPreference command, Uri own, params LabelPreference[] before)
        where TConsumer : class, IConsumer
        where TAnswer : class
    {
        // The harness's own waiting ends after a second of quiet, which a busy machine reaches before the first message.
        var answer = new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var services = new ServiceCollection()
            .AddSingleton(new RunTables(database)).AddSingleton(new WorkTables(database)).AddSingleton<RunGuard>().AddSingleton(new JudgeEndpoint(own)).AddModelJudge(TimeSpan.FromMilliseconds(1))
            .AddMassTransitTestHarness(bus =>
            {
                bus.AddLabeler<TConsumer>(command.Pool, parallel: 1);
                bus.AddHandler((TAnswer message) => Task.FromResult(answer.TrySetResult(message)));
                bus.AddHandler((Fault<LabelPreference> fault) =>
                    Task.FromResult(answer.TrySetException(new InvalidOperationException(fault.Exceptions[0].Message))));
            })
            .BuildServiceProvider(validateScopes: true);
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var queue = await harness.Bus.GetSendEndpoint(RlaifBus.LabelAddress(command.Pool));
        foreach (var one in before.Append(command))
        {
            await queue.Send(one, Cancel);
        }

        return await answer.Task.WaitAsync(Cancel);
    }
}
