using Dapper;
using Rlaif.Contracts;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>Labelers who are gone, and those who are only slow.</summary>
public class QuietPoolTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_goes_on_without_a_pool_that_answered_nothing_by_its_deadline()
    {
        await using var run = await TestRun.Create();
        await using var site = await run.Start(new() { Answers = message => message is not LabelPreference { Pool: "judge" } });
        foreach (var (round, stage) in new[] { (0, "calibration"), (1, "labels"), (2, "labels") })
        {
            await Eventually.True(() => WaitsForTheJudge(run, round, stage), $"{stage} of round {round} waits for the judge alone");
            run.Time.Advance(TimeSpan.FromHours(25));
            site.Wake();
        }

        await run.Ended();
        var labels = await Labels(run);
        Assert.NotEmpty(labels);
        Assert.All(labels, label => Assert.True(label.Labeler == "nobody" && label.Declined!.StartsWith("Timeout: no answer by 2026-11-2", StringComparison.Ordinal), $"{label}"));
        await using var alone = await TestRun.Create(TestRecipe.Of() with { Labelers = new Dictionary<string, string>(StringComparer.Ordinal) { ["rules"] = "settle" } });
        await alone.RunToItsEnd(new());
        Assert.Equal(
            await alone.Pairs.Settled(alone.Id, 2, "Preference", Cancel), await run.Pairs.Settled(run.Id, 2, "Preference", Cancel));
    }

    [Fact]
    public async Task A_pool_that_is_slow_or_whose_run_was_paused_is_waited_for()
    {
        await using var run = await TestRun.Create();
        var answers = 1;
        var place = new Workplace { Answers = message => message is not LabelPreference { Pool: "judge" } || Interlocked.Decrement(ref answers) >= 0 };
        await using var site = await run.Start(place);
        await Eventually.True(async () => await WaitsForTheJudge(run, 0, "calibration") && (await Labels(run)).Count == 1, "one of two is answered");
        await SentAgainAfter(TimeSpan.FromHours(23));
        await run.Runs.Pause(RlaifId.Of("pause"), run.Id, "The disk is full.", run.Time.GetUtcNow(), Cancel);
        var other = RlaifId.Of("other run");
        await run.Add(other, TestRecipe.Of() with { Labelers = new Dictionary<string, string>(StringComparer.Ordinal) { ["rules"] = "settle" } });
        site.Wake();
        await run.Ended(other);     // whoever looked at that run has seen that this one is paused
        run.Time.Advance(TimeSpan.FromHours(2));
        await run.Runs.Pause(RlaifId.Of("resume"), run.Id, "", run.Time.GetUtcNow(), Cancel);
        await SentAgainAfter(TimeSpan.FromHours(23));
        Assert.Single(await Labels(run));
        Interlocked.Exchange(ref answers, int.MaxValue);
        await SentAgainAfter(TimeSpan.FromMinutes(31));
        await run.Ended();
        Assert.DoesNotContain(await Labels(run), label => label.Labeler == "nobody");

        // Sent again: the reconciler has looked at the stage since.
        async Task SentAgainAfter(TimeSpan span)
        {
            site.Wake();
            await Eventually.True(() => WaitsForTheJudge(run, 0, "calibration"), "the judge is asked");
            var before = place.Asked.Count;
            run.Time.Advance(span);
            site.Wake();
            await Eventually.True(() => place.Asked.Count > before, "the judge is asked again");
        }
    }

    private static async Task<bool> WaitsForTheJudge(TestRun run, int round, string stage)
    {
        await using var connection = await run.Database.Open(Cancel);
        var open = (await connection.QueryAsync<(long Round, string Stage, string? Pool, string? IssuedAt)>(
            "select round, stage, pool, issued_at from command where run_id = @Id and not done", new { run.Id })).ToList();
        return open.Count > 0 && open.TrueForAll(command => command is { Pool: "judge", IssuedAt: not null } && (command.Round, command.Stage) == (round, stage));
    }

    private static async Task<IReadOnlyList<(string Labeler, string? Declined)>> Labels(TestRun run)
    {
        await using var connection = await run.Database.Open(Cancel);
        return (await connection.QueryAsync<(string Labeler, string? Declined)>(
            "select labeler, declined from label where run_id = @Id and pool = 'judge'", new { run.Id })).AsList();
    }
}
