using Rlaif.Contracts;

namespace Rlaif.Storage.Tests;

/// <summary>More than fit into one statement or one page.</summary>
public class ManyRowsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A coordinator confirms what it sent while the labels of the same commands come in: in PostgreSQL two transactions that change
    /// the same rows in different orders end in a deadlock.</summary>
    [Fact]
    public async Task Commands_are_confirmed_while_their_labels_are_stored()
    {
        const int count = 100, times = 10;
        await using var home = await TemporaryDatabase.Create();
        var (work, pairs) = (new WorkTables(home.Database), new PairTables(home.Database));
        for (var time = 0; time < times; time++)
        {
            var stage = $"labels-{time}";
            await work.Plan(Rows.NewStage(count, stage, time), Enumerable.Range(0, count).Select(i => Rows.Command(i, stage)).ToAsyncEnumerable(), Cancel);
            var ids = (await work.TakeDue(Rows.NewStage(count, stage, time), "rules", count, "a", Rows.At, Rows.At, Cancel)).Select(command => command.Id).ToList();
            Assert.Equal(count, ids.Count);
            await Task.WhenAll(
                work.Issued([.. ids.OrderDescending()], "a", Rows.At, Cancel),
                work.Issued([.. ids.Order()], "a", Rows.At, Cancel),
                pairs.Insert([.. ids.Select((id, i) => (Rows.Label(i, 0.5) with { Id = id }, (string?)null))], Rows.At, Cancel));
            Assert.False(await work.IsOpen(Rows.NewStage(count, stage, time), Cancel));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(29)]
    [InlineData(30)]
    [InlineData(61)]
    public async Task Every_row_of_an_insert_arrives_whatever_their_number(int count)
    {
        await using var home = await TemporaryDatabase.Create();
        var pairs = new PairTables(home.Database);
        var rows = Enumerable.Range(0, count).Select(Rows.Pair).ToList();
        await pairs.Insert(rows, Cancel);
        Assert.Equal(rows, await pairs.Of(Rows.Run, 1, nameof(Purpose.Preference), Cancel));
        var labels = rows.Select((_, i) => (Rows.Label(i, 0.5), (string?)null)).ToList();
        Assert.All(await pairs.Insert(labels, Rows.At, Cancel), Assert.True);
        Assert.All(await pairs.Insert(labels, Rows.At, Cancel), Assert.False);
        Assert.Equal(3 * count, (await pairs.Votes([.. rows.Select(row => row.Id)], Cancel)).Count);
    }

    [Theory]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(1001)]
    public async Task Prompts_are_read_in_their_order_whatever_their_number(int count)
    {
        await using var home = await TemporaryDatabase.Create();
        var runs = new RunTables(home.Database);
        var prompts = Enumerable.Range(0, count).Select(i => new PromptRow { RunId = Rows.Run, Split = "train", Round = 1, Ordinal = i, Id = $"p{count - i}", Body = "{}" }).ToList();
        await runs.Create(new() { Id = Rows.Run, CreatedAt = Rows.At }, prompts.ToAsyncEnumerable(), Cancel);
        Assert.Equal(prompts, await runs.Prompts(Rows.Run, "train", 1, Cancel).ToListAsync(Cancel));
    }
}
