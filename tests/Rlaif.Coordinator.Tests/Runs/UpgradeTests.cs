namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>Stored bytes: what an earlier version wrote, in the middle of labeling the first round.</summary>
public class UpgradeTests
{
    [Theory]
    [InlineData("run-0006.sql")]
    public async Task A_run_that_an_earlier_version_began_ends_in_the_rows_of_one_that_this_version_ran(string stored)
    {
        await using var whole = await TestRun.Create();
        await whole.RunToItsEnd(new Workplace());
        await using var begun = await TestRun.Restore(stored);
        await begun.RunToItsEnd(new Workplace());
        Assert.Equal(WithoutWhatCameLater(await whole.Dump()), await begun.Dump());
    }

    // A stored recipe stays as it was written.
    private static string WithoutWhatCameLater(string dump) => dump.Replace(",\"device\":\"cpu\"", "", StringComparison.Ordinal);
}
