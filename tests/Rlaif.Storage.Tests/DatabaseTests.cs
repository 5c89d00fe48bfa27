using Dapper;

namespace Rlaif.Storage.Tests;

public class DatabaseTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_migration_does_nothing()
    {
        await using var home = await TemporaryDatabase.Create();
        await new RunTables(home.Database).Create(Rows.NewRun(Rows.Run, Rows.At), AsyncEnumerable.ToAsyncEnumerable<PromptRow>([Rows.Prompt(0)]), Cancel);
        var before = await home.Dump();
        await home.Database.Migrate(Cancel);
        Assert.Equal(before, await home.Dump());
        Assert.Contains("0003_training.sql", before, StringComparison.Ordinal);
    }

    // https://www.postgresql.org/docs/17/errcodes-appendix.html
    [Theory]
    [InlineData("53300", true)]     // too_many_connections
    [InlineData("53400", true)]     // configuration_limit_exceeded
    [InlineData("53100", true)]     // disk_full
    [InlineData("53200", true)]     // out_of_memory
    [InlineData("57P01", true)]     // admin_shutdown
    [InlineData("57P02", true)]     // crash_shutdown
    [InlineData("57P03", true)]     // cannot_connect_now
    [InlineData("40001", true)]     // serialization_failure
    [InlineData("40P01", true)]     // deadlock_detected
    [InlineData("28P01", false)]    // invalid_password
    [InlineData("3D000", false)]    // invalid_catalog_name
    [InlineData("23505", false)]    // unique_violation
    [InlineData("42P01", false)]    // undefined_table
    public void What_a_server_runs_out_of_passes_and_what_it_refuses_does_not(string state, bool passes) =>
        Assert.Equal(passes, Database.IsTransient(new Npgsql.PostgresException("No.", "FATAL", "FATAL", state)));

    [Fact]
    public async Task What_fails_in_the_middle_leaves_nothing_behind()
    {
        await using var home = await TemporaryDatabase.Create();
        var before = await home.Dump();
        // The same prompt twice is found after the run's row was inserted.
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            new RunTables(home.Database).Create(Rows.NewRun(Rows.Run, Rows.At), AsyncEnumerable.ToAsyncEnumerable<PromptRow>([Rows.Prompt(0), Rows.Prompt(0)]), Cancel));
        Assert.Equal(before, await home.Dump());
    }

    [Fact]
    public async Task A_run_goes_on_when_it_is_let_however_far_ahead_the_clock_was_of_whoever_paused_it()
    {
        await using var home = await TemporaryDatabase.Create();
        var runs = new RunTables(home.Database);
        await runs.Create(Rows.NewRun(Rows.Run, Rows.At), AsyncEnumerable.Empty<PromptRow>(), Cancel);
        await runs.Pause(Rows.Id("pause"), Rows.Run, "disk full", Rows.At.AddHours(1), Cancel);
        await runs.Pause(Rows.Id("resume"), Rows.Run, "", Rows.At, Cancel);
        Assert.True(await runs.IsGoingOn(Rows.Run, Cancel));
    }

    /// <summary>PostgreSQL stores no U+0000, and a judge may write one.</summary>
    [Fact]
    public async Task What_a_labeler_saw_is_stored_whatever_it_was()
    {
        await using var home = await TemporaryDatabase.Create();
        var pairs = new PairTables(home.Database);
        var label = Rows.Label(0, 0.5) with { Labeler = "some\0body" };
        label = label with { Votes = [.. label.Votes.Select(vote => vote with { Detail = "\0" })] };
        Assert.True(await pairs.Insert(label, "no\0", Rows.At, Cancel));
        Assert.All(await pairs.Votes([label.PairId], Cancel), vote => Assert.Equal(("some\uFFFDbody", "\uFFFD"), (vote.Labeler, vote.Detail)));
    }

    [Fact]
    public async Task A_time_keeps_its_microsecond_and_loses_only_its_offset()
    {
        await using var home = await TemporaryDatabase.Create();
        var runs = new RunTables(home.Database);
        var abroad = Rows.At.ToOffset(TimeSpan.FromHours(5.5));
        await runs.Create(Rows.NewRun(Rows.Run, abroad), AsyncEnumerable.Empty<PromptRow>(), Cancel);
        var read = (await runs.Find(Rows.Run, Cancel))!.CreatedAt;
        Assert.Equal((Rows.At, TimeSpan.Zero), (read, read.Offset));
    }

    [Fact]
    public async Task The_order_of_stored_times_is_that_of_time()
    {
        await using var home = await TemporaryDatabase.Create();
        var runs = new RunTables(home.Database);
        // The offset would sort 19:00+05:00 after 15:00Z as text; so would a fraction that is left out when it is 0.
        DateTimeOffset[] times = [new(2026, 1, 1, 19, 0, 0, TimeSpan.FromHours(5)), new(2026, 1, 1, 15, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 1, 15, 0, 0, TimeSpan.Zero).AddMicroseconds(1)];
        foreach (var time in times.Reverse())
        {
            await runs.Create(Rows.NewRun(Rows.Id("run", Array.IndexOf(times, time)), time), AsyncEnumerable.Empty<PromptRow>(), Cancel);
        }

        Assert.Equal(times, (await runs.All(Cancel)).Select(run => run.CreatedAt));
    }

    [Fact]
    public async Task Rows_come_back_as_they_went_in()
    {
        await using var home = await TemporaryDatabase.Create();
        var (responses, pairs) = (new ResponseTables(home.Database), new PairTables(home.Database));
        ResponseRow[] rows = [Rows.Response(0), Rows.Response(1) with { ReferenceK1 = null, ReferenceK3 = null, Ended = false, Tokens = [] }];
        await responses.Insert(Rows.Command(0).Id, rows, [], [new() { RunId = Rows.Run, PromptId = "p0", Tokens = [3, 1, 2] }], "{}", Rows.At, Cancel);
        Assert.Equivalent(rows, await responses.Of(Rows.Run, "Preference", 1, Cancel), strict: true);
        var tokens = await responses.PromptTokens(Rows.Run, Cancel);
        Assert.Equal([3, 1, 2], tokens["p0"]);

        PairRow[] inserted = [Rows.Pair(0), Rows.Pair(1) with { Human = null }];
        await pairs.Insert(inserted, Cancel);
        Assert.Equal(inserted, await pairs.Of(Rows.Run, 1, "Preference", Cancel));
        var label = Rows.Label(0, 0.1 + 0.2);
        await pairs.Insert(label, null, Rows.At, Cancel);
        Assert.Equal(label.Votes, (await pairs.Votes(Rows.Run, 1, "Preference", Cancel)).Select(vote => vote.Vote));
    }

    [Fact]
    public async Task An_id_is_found_by_value_and_among_others()
    {
        await using var home = await TemporaryDatabase.Create();
        await new RunTables(home.Database).Create(Rows.NewRun(Rows.Run, Rows.At), AsyncEnumerable.Empty<PromptRow>(), Cancel);
        await using var connection = await home.Database.Open(Cancel);
        Assert.Equal(Rows.Run, await connection.QuerySingleAsync<Guid>("select id from run where id = @Run", new { Rows.Run }));
        Assert.Equal(Rows.Run, await connection.QuerySingleAsync<Guid>("select id from run where id in (@one, @other)", new { one = Rows.Run, other = Rows.Id("other") }));
    }

    [Fact]
    public async Task The_newest_pause_counts_and_an_empty_reason_lets_the_run_go_on()
    {
        await using var home = await TemporaryDatabase.Create();
        var runs = new RunTables(home.Database);
        await runs.Create(Rows.NewRun(Rows.Run, Rows.At), AsyncEnumerable.Empty<PromptRow>(), Cancel);
        Assert.Null((await runs.Find(Rows.Run, Cancel))!.PauseReason);
        await runs.Pause(Rows.Id("pause", 1), Rows.Run, "disk full", Rows.At, Cancel);
        Assert.Equal("disk full", (await runs.Find(Rows.Run, Cancel))!.PauseReason);
        await runs.Pause(Rows.Id("pause", 2), Rows.Run, "", Rows.At.AddSeconds(1), Cancel);
        Assert.Equal("", (await runs.Find(Rows.Run, Cancel))!.PauseReason);
    }
}
