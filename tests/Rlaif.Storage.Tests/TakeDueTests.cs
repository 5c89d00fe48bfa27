using CsCheck;
using Rlaif.Contracts;

namespace Rlaif.Storage.Tests;

public class TakeDueTests
{
    private static readonly TimeSpan Lost = TimeSpan.FromMinutes(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_is_given_once_and_again_only_when_it_counts_as_lost()
    {
        await using var home = await TemporaryDatabase.Create();
        var work = await Plan(home, Rows.Run, 3);
        Assert.Equal([0, 1, 2], await Take(work, window: 10, Rows.At));
        Assert.Empty(await Take(work, 10, Rows.At + Lost));
        Assert.Equal([0, 1, 2], await Take(work, 10, Rows.At + Lost + TimeSpan.FromMicroseconds(1)));
        Assert.Empty(await Take(work, 10, Rows.At + Lost + Lost));
    }

    [Fact]
    public async Task What_somebody_took_and_did_not_send_is_his_for_a_minute_and_then_anybodys()
    {
        await using var home = await TemporaryDatabase.Create();
        var work = await Plan(home, Rows.Run, 2);
        Assert.Equal(2, (await Due(work, "one", Rows.At)).Count);
        Assert.Empty(await Due(work, "two", Rows.At.AddMinutes(1)));
        Assert.Equal(2, (await Due(work, "one", Rows.At.AddMinutes(1))).Count);       // the broker was away: he tries again
        Assert.Equal(2, (await Due(work, "two", Rows.At.AddMinutes(2).AddMicroseconds(1))).Count);
    }

    [Fact]
    public async Task What_others_are_about_to_send_is_in_the_window_too()
    {
        await using var home = await TemporaryDatabase.Create();
        var work = await Plan(home, Rows.Run, 5);
        Assert.Equal(2, (await Due(work, "one", Rows.At, window: 2)).Count);
        Assert.Empty(await Due(work, "two", Rows.At, window: 2));
        Assert.Single(await Due(work, "two", Rows.At, window: 3));
    }

    [Fact]
    public async Task What_is_asked_for_again_while_it_is_sent_is_sent_again()
    {
        await using var home = await TemporaryDatabase.Create();
        var work = await Plan(home, Rows.Run, 2);
        var taken = await Due(work, "one", Rows.At);
        await work.IssueAgain(Rows.Run, Cancel);        // the run paused, and whoever had the first copy threw it away
        await work.Issued([.. taken.Select(command => command.Id)], "one", Rows.At, Cancel);
        Assert.Equal(2, (await Due(work, "two", Rows.At)).Count);
    }

    [Fact]
    public async Task A_run_that_goes_on_gets_its_open_commands_again()
    {
        await using var home = await TemporaryDatabase.Create();
        var work = await Plan(home, Rows.Run, 3);
        await Take(work, window: 10, Rows.At);
        await Finish(home, Rows.Run, 1);
        await work.IssueAgain(Rows.Run, Cancel);
        Assert.Equal([0, 2], await Take(work, 10, Rows.At));
    }

    [Fact]
    public async Task No_more_than_the_window_are_under_way()
    {
        await using var home = await TemporaryDatabase.Create();
        var work = await Plan(home, Rows.Run, 5);
        Assert.Equal([0, 1], await Take(work, window: 2, Rows.At));
        Assert.Empty(await Take(work, 2, Rows.At));
        await Finish(home, Rows.Run, 1);
        Assert.Equal([2], await Take(work, 2, Rows.At));
        Assert.Equal([3, 4], await Take(work, 4, Rows.At));
    }

    [Fact]
    public async Task A_command_with_an_outcome_is_never_given_even_when_it_was_never_issued()
    {
        await using var home = await TemporaryDatabase.Create();
        var work = await Plan(home, Rows.Run, 2);
        await Finish(home, Rows.Run, 0);
        Assert.Equal([1], await Take(work, 10, Rows.At));
        await Finish(home, Rows.Run, 1);
        Assert.Empty(await Take(work, 10, Rows.At + Lost + Lost));
    }

    [Fact]
    public async Task Stages_and_runs_do_not_see_each_others_commands()
    {
        await using var home = await TemporaryDatabase.Create();
        var other = Rows.Id("other run");
        var work = await Plan(home, Rows.Run, 2);
        await Plan(home, other, 3);
        await work.Plan(Rows.NewStage(1, "responses", 1), AsyncEnumerable.ToAsyncEnumerable<CommandRow>([Rows.Command(0, "responses")]), Cancel);
        Assert.Equal([0, 1], await Take(work, window: 2, Rows.At));
        Assert.Equal([0, 1, 2], await Take(work, 3, Rows.At, other));
        var due = await work.TakeDue(Rows.NewStage(1, "responses", 1), "rules", 1, "me", Rows.At - Lost, Rows.At, Cancel);
        Assert.Equal(Rows.Command(0, "responses"), Assert.Single(due));
    }

    [Fact]
    public async Task A_pool_that_is_slow_holds_up_no_other()
    {
        await using var home = await TemporaryDatabase.Create();
        var work = new WorkTables(home.Database);
        await work.Plan(
            Rows.NewStage(4), AsyncEnumerable.ToAsyncEnumerable<CommandRow>([.. new[] { "human", "human", "rules", "rules" }.Select((pool, i) => Rows.Command(i) with { Pool = pool })]), Cancel);
        Assert.Equal([0, 1], (await Due(work, "me", Rows.At, window: 2, pool: "human")).Select(command => command.Ordinal));
        Assert.Equal([2, 3], (await Due(work, "me", Rows.At, window: 2, pool: "rules")).Select(command => command.Ordinal));
    }

    /// <summary>Random histories against a model that knows when each command was last given.</summary>
    [Fact]
    public async Task In_any_history_the_window_holds_and_nothing_under_way_or_done_is_given()
    {
        await using var home = await TemporaryDatabase.Create();
        var steps = Gen.Select(Gen.Int[0, 2], Gen.Int[1, 6]).Array[1, 25];
        var history = 0;
        await steps.SampleAsync(
            async steps =>
            {
                var run = Rows.Id("history", Interlocked.Increment(ref history));
                var work = await Plan(home, run, 12);
                var (now, given, done) = (Rows.At, new Dictionary<int, DateTimeOffset>(), new HashSet<int>());
                bool UnderWay(int i) => given.TryGetValue(i, out var at) && at >= now - Lost && !done.Contains(i);
                foreach (var (kind, n) in steps)
                {
                    now += kind == 2 ? n * (Lost / 4) : TimeSpan.FromSeconds(1);
                    if (kind == 1)
                    {
                        await Finish(home, run, n);
                        done.Add(n);
                    }

                    var before = Enumerable.Range(0, 12).Where(UnderWay).ToList();
                    var taken = await Take(work, n, now, run);
                    var due = Enumerable.Range(0, 12).Except(before).Except(done);
                    Assert.Equal(due.Take(Math.Max(0, n - before.Count)), taken);
                    foreach (var i in taken)
                    {
                        given[i] = now;
                    }
                }
            },
            iter: 40,
            threads: 1);
    }

    private static async Task<WorkTables> Plan(TemporaryDatabase home, Guid run, int commands)
    {
        var work = new WorkTables(home.Database);
        await work.Plan(Rows.NewStage(commands, run: run), AsyncEnumerable.ToAsyncEnumerable<CommandRow>([.. Enumerable.Range(0, commands).Select(i => Rows.Command(i, run: run))]), Cancel);
        return work;
    }

    /// <summary>Takes, and says that all of it was sent.</summary>
    private static async Task<IEnumerable<int>> Take(WorkTables work, int window, DateTimeOffset now, Guid? run = null)
    {
        var taken = await Due(work, "me", now, run, window);
        await work.Issued([.. taken.Select(command => command.Id)], "me", now, Cancel);
        return taken.Select(command => command.Ordinal);
    }

    private static Task<IReadOnlyList<CommandRow>> Due(WorkTables work, string taker, DateTimeOffset now, Guid? run = null, int window = 10, string pool = "rules") =>
        work.TakeDue(Rows.NewStage(0, run: run), pool, window, taker, now - Lost, now, Cancel);

    private static Task Finish(TemporaryDatabase home, Guid run, int i) =>
        new ResponseTables(home.Database).Insert(RlaifId.Of(run, Rows.Stage, i), [], [], [], "{}", Rows.At, Cancel);
}
