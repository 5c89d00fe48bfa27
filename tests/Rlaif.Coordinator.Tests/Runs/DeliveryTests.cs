using Rlaif.Feedback.Statistics;
using Rlaif.Testing;

namespace Rlaif.Coordinator.Tests.Runs;

public class DeliveryTests
{
    [Fact]
    public async Task Every_command_and_every_answer_twice_changes_no_row()
    {
        await using var once = await TestRun.Create();
        await once.RunToItsEnd(new());
        await using var twice = await TestRun.Create();
        await twice.RunToItsEnd(new() { Deliveries = 2 });
        Assert.Equal(await once.Dump(), await twice.Dump());
    }

    [Fact]
    public async Task Two_coordinators_on_one_home_write_the_rows_of_one()
    {
        await using var alone = await TestRun.Create();
        await alone.RunToItsEnd(new());
        await using var doubled = await TestRun.Create();
        await using (await Worksite.Start(doubled, new(), "one"))
        await using (await Worksite.Start(doubled, new(), "two"))
        {
            await doubled.Ended();
        }

        Assert.Equal(await alone.Dump(), await doubled.Dump());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_process_that_is_killed_at_random_commands_and_started_again_ends_with_the_same_rows(int seed)
    {
        await using var uninterrupted = await TestRun.Create();
        var place = new Workplace();
        await uninterrupted.RunToItsEnd(place);

        await using var killed = await TestRun.Create();
        var (random, kills) = (new SplitMix((ulong)seed), 0);
        while (await Finish(killed, new() { DiesAt = 1 + random.Below(place.Asked.Count / 4) }) is false)
        {
            kills++;
            Assert.True(kills < 100, "the run does not come closer to its end");
        }

        Assert.True(kills >= 4, $"only {kills} kills");
        Assert.Equal(await uninterrupted.Dump(), await killed.Dump());
    }

    /// <summary>One process until it dies or the run ends.</summary>
    private static async Task<bool> Finish(TestRun run, Workplace place)
    {
        var site = await run.Start(place);
        var ended = false;
        await Eventually.True(async () => (ended = await run.HasEnded()) || place.Died.IsCompleted, "the process died or the run ended");
        await site.Kill();
        return ended;
    }
}
