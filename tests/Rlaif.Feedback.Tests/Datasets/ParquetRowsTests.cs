using Parquet.Serialization;
using Rlaif.Feedback.Datasets;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Tests.Datasets;

public sealed class ParquetRowsTests : DataFolder
{
    private sealed class TurnRow
    {
        public string? role { get; set; }

        public string? content { get; set; }
    }

    private sealed class PairRow
    {
        public List<TurnRow>? prompt { get; set; }

        public List<TurnRow>? chosen { get; set; }

        public List<TurnRow>? rejected { get; set; }

        public double? probability { get; set; }
    }

    private sealed class PlainRow
    {
        public string? prompt { get; set; }

        public string? completion { get; set; }

        public bool? label { get; set; }

        public List<int>? ids { get; set; }
    }

    private sealed class ScoredRow
    {
        public string? prompt { get; set; }

        public string? chosen { get; set; }

        public string? rejected { get; set; }

        public double score { get; set; }
    }

    [Fact]
    public async Task Conversational_rows_are_those_of_json_over_several_row_groups()
    {
        var path = Path.Combine(Folder, "pairs.parquet");
        static List<TurnRow> Said(string role, string text) => [new() { role = role, content = text }];
        PairRow[] rows = [.. Enumerable.Range(0, 25).Select(i => new PairRow { prompt = Said("user", $"p{i}"), chosen = Said("assistant", "yes"), rejected = Said("assistant", "no"), probability = i == 3 ? null : 0.75 })];
        await ParquetSerializer.SerializeAsync(rows, path, new() { RowGroupSize = 10 }, cancellationToken: TestContext.Current.CancellationToken);
        var (items, counts) = Read(DatasetShape.Pairs, path);
        Assert.Equal(rows.Select((_, i) => $"u:p{i} > yes | no @ {(i == 3 ? 1 : 0.75)}"), items.Select(Shown));
        Assert.Equal((25L, 0), (counts.Rows, counts.Skipped.Count));
    }

    [Fact]
    public async Task Plain_rows_have_texts_flags_and_lists_of_numbers()
    {
        var path = Path.Combine(Folder, "plain.parquet");
        PlainRow[] rows = [new() { prompt = "a", completion = "b", label = true, ids = [1, 2] }, new() { prompt = "c", completion = "", label = false, ids = [3] }];
        await ParquetSerializer.SerializeAsync(rows, path, cancellationToken: TestContext.Current.CancellationToken);
        var (items, counts) = Read(DatasetShape.Judged, path);
        Assert.Equal(["u:a > b @ 1"], items.Select(Shown));
        Assert.Equal([new SkippedRows("an answer is empty", 1, "row 2")], counts.Skipped);
        var columns = new Dictionary<string, string>(StringComparer.Ordinal) { ["prompt"] = "ids" };
        Assert.Equal(["[1 2]", "[3]"], Read(DatasetShape.Prompts, path, columns).Items.Select(Shown));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public async Task A_figure_that_is_not_finite_matters_only_where_it_is_read(double figure)
    {
        var path = Path.Combine(Folder, "scored.parquet");
        ScoredRow[] rows = [new() { prompt = "a", chosen = "b", rejected = "c", score = figure }];
        await ParquetSerializer.SerializeAsync(rows, path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["u:a > b | c @ 1"], Read(DatasetShape.Pairs, path).Items.Select(Shown));
        var columns = new Dictionary<string, string>(StringComparer.Ordinal) { ["probability"] = "score" };
        Assert.Equal(
            $"{path}, row 1: probability must be true, false or from 0 to 1, this is a number that is not finite.",
            Assert.Throws<InputException>(() => Read(DatasetShape.Pairs, path, columns)).Message);
    }
}
