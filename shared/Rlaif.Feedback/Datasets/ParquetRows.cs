using System.Text.Json;
using System.Text.Json.Serialization;
using Parquet;
using Parquet.Serialization;
using Rlaif.Feedback.Prompts;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Datasets;

/// <summary>The rows of a Parquet file as Hugging Face's <c>datasets</c> writes them; one row group is held at a time.</summary>
internal static class ParquetRows
{
    private static readonly ParquetOptions Options = new();

    // Pandas writes a missing figure as NaN, which is no JSON number: in a column that nobody reads it is nobody's concern.
    private static readonly JsonSerializerOptions WithNaN = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    // The library has this one for the whole process only. Otherwise texts come as ReadOnlyMemory, which is no JSON text.
    static ParquetRows() => ParquetOptions.PreferUntypedString = true;

    /// <exception cref="InputException">There is no such file, or it is not Parquet to its end.</exception>
    public static IEnumerable<DatasetRow> Of(string path) => Each(path).ToBlockingEnumerable();

    private static async IAsyncEnumerable<DatasetRow> Each(string path)
    {
        await using var file = TextLines.Open(path, "training data");
        var groups = await Explained(path, async () =>
        {
            await using var reader = await ParquetReader.CreateAsync(file, Options, leaveStreamOpen: true);
            return reader.RowGroupCount;
        });
        var number = 0L;
        for (var group = 0; group < groups; group++)
        {
            var rows = await Explained(path, () => ParquetSerializer.DeserializeUntypedAsync(file, Options, group));
            foreach (var row in rows.Data)
            {
                yield return new(path, "row", ++number, JsonSerializer.SerializeToElement(row, WithNaN));
            }
        }
    }

    // A damaged file meets the library's own insides: whatever it throws, the file is why.
    private static async Task<T> Explained<T>(string path, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception damaged) when (damaged is not OutOfMemoryException)
        {
            throw new InputException($"{path} is not a Parquet file, or a damaged one: {damaged.Message.TrimEnd('.')}.", damaged);
        }
    }
}
