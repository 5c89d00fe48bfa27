using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Rlaif.Feedback.Datasets;

namespace Rlaif.Feedback.Tests.Datasets;

/// <summary>Data files that a test writes, and what is read from them.</summary>
public abstract class DataFolder : IDisposable
{
    private static readonly Dictionary<string, string> SameNames = new(StringComparer.Ordinal);

    protected string Folder { get; } = Directory.CreateTempSubdirectory("rlaif-data").FullName;

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        using Stream file = File.Create(path);
        using var stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Compress) : file;
        stream.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }

    protected string Lines(params string[] lines) => Write("data.jsonl", string.Join('\n', lines) + "\n");

    protected static string Row(object row) => JsonSerializer.Serialize(row);

    protected static (IReadOnlyList<DatasetItem> Items, RowCounts Counts) Read(DatasetShape shape, string path, IReadOnlyDictionary<string, string>? columns = null)
    {
        var reader = new DatasetReader(shape, columns ?? SameNames);
        IReadOnlyList<DatasetItem> items = [.. reader.Read(path).Select(read => read.Item)];
        return (items, reader.Tally.Counts());
    }

    /// <summary>An item on one line: turns by their first letter.</summary>
    protected static string Shown(DatasetItem item) => item switch
    {
        TextItem text => text.Text,
        PromptItem prompt => Shown(prompt.Prompt),
        AnswerItem answer => $"{Shown(answer.Prompt)} > {Shown(answer.Answer)}",
        JudgedItem judged => $"{Shown(judged.Prompt)} > {Shown(judged.Answer)} @ {judged.Desirable}",
        PairItem pair => $"{Shown(pair.Prompt)} > {Shown(pair.Chosen)} | {Shown(pair.Rejected)} @ {pair.Preference}",
        _ => throw new ArgumentException(item.ToString(), nameof(item)),
    };

    private static string Shown(DatasetPrompt prompt) => prompt.Ids is { } ids ? $"[{string.Join(' ', ids)}]" : string.Join(' ', prompt.Turns.Select(turn => $"{turn.Role[0]}:{turn.Content}"));

    private static string Shown(DatasetAnswer answer) => answer.Ids is { } ids ? $"[{string.Join(' ', ids)}]" : answer.Text;
}
