namespace Rlaif.Storage.Tests;

public class ClaimTests
{
    private static readonly IReadOnlySet<Guid> Nothing = new HashSet<Guid>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task People_are_shown_different_pairs_and_each_again_the_one_that_is_theirs()
    {
        await using var home = await Open(3);
        Assert.Equal(0, await Take(home, "ada"));
        Assert.Equal(1, await Take(home, "bob"));
        Assert.Equal(0, await Take(home, "ada"));
        Assert.Equal(2, await Take(home, "eve"));
        Assert.Null(await Take(home, "dan"));
        Assert.Equal(3, await new ClaimTables(home.Database).Waiting("human", null, Cancel));
    }

    [Fact]
    public async Task Many_at_once_never_share_a_pair()
    {
        await using var home = await Open(12);
        var taken = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => Take(home, $"person {i}"), Cancel)));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (int?)i), taken.Order());
    }

    [Fact]
    public async Task What_is_skipped_is_left_to_others()
    {
        await using var home = await Open(2);
        Assert.Equal(1, await Take(home, "ada", skip: [0]));
        Assert.Null(await Take(home, "ada", skip: [0, 1]));
        Assert.Equal(0, await Take(home, "bob"));
    }

    [Fact]
    public async Task A_pair_that_somebody_held_too_long_is_shown_to_others()
    {
        await using var home = await Open(1);
        Assert.Equal(0, await Take(home, "ada"));
        Assert.Null(await Take(home, "bob", after: ClaimTables.Hold - TimeSpan.FromMicroseconds(1)));
        Assert.Equal(0, await Take(home, "bob", after: ClaimTables.Hold));
        Assert.Null(await Take(home, "ada", after: ClaimTables.Hold));
    }

    [Fact]
    public async Task Pairs_of_other_pools_of_ended_stages_and_of_runs_that_wait_are_shown_to_nobody()
    {
        await using var home = await Open(2);
        var claims = new ClaimTables(home.Database);
        Assert.Null(await claims.Take("judge", "ada", null, Nothing, Rows.At, Cancel));
        Assert.Null(await claims.Take("human", "ada", Rows.Command(9).Id, Nothing, Rows.At, Cancel));
        await new RunTables(home.Database).Pause(Rows.Command(8).Id, Rows.Run, "Paused.", Rows.At, Cancel);
        Assert.Null(await Take(home, "ada"));
        await new RunTables(home.Database).Pause(Rows.Command(7).Id, Rows.Run, "", Rows.At.AddSeconds(1), Cancel);
        Assert.Equal(0, await Take(home, "ada"));
        await new WorkTables(home.Database).EndStage(Rows.Run, 1, "labels", "", Rows.At, Cancel);
        Assert.Null(await Take(home, "ada"));
    }

    private static async Task<TemporaryDatabase> Open(int commands)
    {
        var home = await TemporaryDatabase.Create();
        await new RunTables(home.Database).Create(Rows.NewRun(Rows.Run, Rows.At), AsyncEnumerable.Empty<PromptRow>(), Cancel);
        await new WorkTables(home.Database).Plan(
            Rows.NewStage(commands), AsyncEnumerable.ToAsyncEnumerable<CommandRow>([.. Enumerable.Range(0, commands).Select(i => Rows.Command(i) with { Pool = "human" })]), Cancel);
        return home;
    }

    /// <returns>Ordinal of the command; null: none.</returns>
    private static async Task<int?> Take(TemporaryDatabase home, string labeler, int[]? skip = null, TimeSpan after = default)
    {
        var skipped = (skip ?? []).Select(i => Rows.Command(i).Id).ToHashSet();
        return (await new ClaimTables(home.Database).Take("human", labeler, Rows.Run, skipped, Rows.At + after, Cancel))?.Ordinal;
    }
}
