namespace Rlaif.Storage.Tests;

public class IdempotenceTests
{
    public static TheoryData<string> Facts => [.. Deliveries.All.Keys];

    [Theory]
    [MemberData(nameof(Facts))]
    public async Task A_second_delivery_changes_no_row(string fact)
    {
        await using var home = await TemporaryDatabase.Create();
        await new WorkTables(home.Database).Plan(Rows.NewStage(2), AsyncEnumerable.ToAsyncEnumerable<CommandRow>([Rows.Command(0), Rows.Command(1)]), TestContext.Current.CancellationToken);
        var before = await home.Dump();
        await Deliveries.All[fact](home.Database, 1);
        var once = await home.Dump();
        Assert.NotEqual(before, once);
        await Deliveries.All[fact](home.Database, 2);
        Assert.Equal(once, await home.Dump());
    }

    [Fact]
    public async Task Every_table_is_written_by_some_delivery_of_these_tests()
    {
        await using var home = await TemporaryDatabase.Create();
        await new WorkTables(home.Database).Plan(Rows.NewStage(2), AsyncEnumerable.ToAsyncEnumerable<CommandRow>([Rows.Command(0), Rows.Command(1)]), TestContext.Current.CancellationToken);
        foreach (var deliver in Deliveries.All.Values)
        {
            await deliver(home.Database, 1);
        }

        var filled = (await home.Dump()).Split('\n').Select(line => line.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        string[] tables =
        [
            "run", "run_end", "run_pause", "prompt", "prompt_tokens", "stage", "stage_end", "command", "outcome", "response", "revision",
            "pair", "label", "vote", "settled", "training_job", "metric", "checkpoint", "score", "evaluation",
        ];
        Assert.Empty(tables.Except(filled, StringComparer.Ordinal));
    }
}
