using System.Text.Json;
using Rlaif.Feedback.Datasets;
using Rlaif.Recipes;
using Rlaif.Testing;

namespace Rlaif.Feedback.Tests.Datasets;

public sealed class DatasetFileTests : DataFolder
{
    [Fact]
    public void Lines_lists_and_compressed_files_have_the_same_rows()
    {
        var rows = Enumerable.Range(0, 300).Select(i => Row(new { prompt = $"p{i} äß", chosen = "a", rejected = "b" })).ToArray();
        string[] files =
        [
            Lines(rows), Write("data.jsonl.gz", string.Join("\r\n", rows)), Write("data.json", $"\ufeff\n [{string.Join(",\n", rows)}]\n"), Write("list.json.gz", $"[{string.Join(',', rows)}]"),
        ];
        Assert.All(files, file => Assert.Equal(rows, DatasetFile.Rows(file).Select(row => JsonSerializer.Serialize(row.Json.Deserialize<Dictionary<string, string>>()))));
        Assert.Equal(("line", 300L), DatasetFile.Rows(files[0]).Select(row => (row.Unit, row.Number)).Last());
        Assert.Equal($"{files[2]}, row 300", DatasetFile.Rows(files[2]).Last().Place);
    }

    [Fact]
    public void A_file_is_read_no_further_than_asked()
    {
        var path = Lines("""{"prompt":"a"}""", "not JSON");
        Assert.Equal(1, DatasetFile.Rows(path).First().Number);
    }

    [Theory]
    [InlineData("data.jsonl", "{}\n\n{\"a\":}\n", "line 3 is not JSON: '}' is an invalid start of a value, at byte 5 of the line. Training data is one JSON object a line, one JSON list, or Parquet.")]
    [InlineData("data.json", "[{},\n {\"a\":}]", "is not a JSON list: line 2 is not JSON.")]
    [InlineData("data.json", "[{}, {}", "is not a JSON list: line 1 is not JSON.")]
    public void What_is_not_json_is_told_with_its_place(string name, string text, string told)
    {
        var path = Write(name, text);
        var message = Assert.Throws<InputException>(() => DatasetFile.Rows(path).ToList()).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.EndsWith(told, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none.jsonl")]
    [InlineData("none.parquet")]
    public void A_file_that_is_not_there_is_told(string name) =>
        Assert.EndsWith("there is no such file.", Assert.Throws<InputException>(() => DatasetFile.Rows(Path.Combine(Folder, name)).ToList()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_cut_off_gzip_file_is_told()
    {
        var path = Write("cut.jsonl.gz", string.Join('\n', Enumerable.Range(0, 5000).Select(i => Row(new { prompt = $"{i * 7919}" }))));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^200]);
        Assert.Contains("not a whole gzip file", Assert.Throws<InputException>(() => DatasetFile.Rows(path).ToList()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parquet_is_none_when_it_only_has_the_name()
    {
        var path = Write("data.parquet", "{}");
        Assert.StartsWith($"{path} is not a Parquet file", Assert.Throws<InputException>(() => DatasetFile.Rows(path).ToList()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Anthropics_transcripts_are_pairs_but_for_the_five_that_are_known_to_differ()
    {
        var (items, counts) = Read(DatasetShape.Pairs, Fixtures.Shared("data/hh-harmless-base-test/test.jsonl.gz"));
        Assert.Equal(2312, counts.Rows);
        Assert.Equal(2312, items.Count + counts.Skipped.Sum(skipped => skipped.Count));
        Assert.InRange(items.Count, 2200, 2307);
    }

    [Fact]
    public void Fast_chats_dummy_conversations_and_gsm8k_are_answers()
    {
        var (dialogues, counts) = Read(DatasetShape.Answers, Fixtures.Shared("data/sft-dummy-conversations/dummy_conversation.json"));
        Assert.Empty(counts.Skipped);
        Assert.True(dialogues.Count > counts.Rows);
        var columns = new Dictionary<string, string>(StringComparer.Ordinal) { ["prompt"] = "question", ["completion"] = "answer" };
        Assert.Equal(1319, Read(DatasetShape.Answers, Fixtures.Shared("data/gsm8k/test.jsonl"), columns).Items.Count);
    }
}
