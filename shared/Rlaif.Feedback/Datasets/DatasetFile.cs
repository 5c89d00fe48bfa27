using System.Text.Json;
using Rlaif.Feedback.Prompts;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Datasets;

/// <summary>The rows of a data file, one at a time: JSON lines or one JSON list (.gz too), or Parquet.</summary>
/// <remarks>Reading blocks: files are local.</remarks>
public static class DatasetFile
{
    private const string What = "training data";

    /// <exception cref="InputException">The file cannot be read to its end, or a line of it is not JSON.</exception>
    public static IEnumerable<DatasetRow> Rows(string path) =>
        path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) ? ParquetRows.Of(path)
        : IsList(path) ? List(path)
        : TextLines.Of(path, What).Select(line => new DatasetRow(path, "line", line.Line, Parse(path, line.Line, line.Text)));

    private static JsonElement Parse(string path, int line, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
        catch (JsonException broken)
        {
            throw new InputException(
                $"{path}, line {line} is not JSON: {TextLines.Reason(broken)} Training data is one JSON object a line, one JSON list, or Parquet.", broken);
        }
    }

    private static bool IsList(string path)
    {
        using var file = TextLines.Open(path, What);
        try
        {
            int first;
            do
            {
                first = file.ReadByte();
            }
            while (first is ' ' or '\t' or '\r' or '\n' or 0xEF or 0xBB or 0xBF);     // blanks and the byte order mark
            return first == '[';
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or IOException)
        {
            throw new InputException($"Cannot read {What} from {path}: {unreadable.Message}", unreadable);
        }
    }

    private static IEnumerable<DatasetRow> List(string path)
    {
        using var file = TextLines.Open(path, What);
        using var rows = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(file).ToBlockingEnumerable().GetEnumerator();
        for (var number = 1L; Next(path, rows) is { } row; number++)
        {
            yield return new(path, "row", number, row);
        }
    }

    private static JsonElement? Next(string path, IEnumerator<JsonElement> rows)
    {
        try
        {
            return rows.MoveNext() ? rows.Current : null;
        }
        catch (JsonException broken)
        {
            throw new InputException($"{path} is not a JSON list: line {broken.LineNumber + 1} is not JSON.", broken);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or IOException)
        {
            throw new InputException($"Cannot read {What} from {path}: {unreadable.Message}", unreadable);
        }
    }
}
