using System.Collections.ObjectModel;
using System.Text.Json;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>One line of training data; every error names file and line.</summary>
internal sealed class DataLine(string path, int number, JsonElement json, int vocabulary)
{
    public static IEnumerable<DataLine> Of(string path, int vocabulary)
    {
        var number = 0;
        foreach (var text in Lines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return Parse(path, number, text, vocabulary);
            }
        }
    }

    public int[] Ids(string name)
    {
        if (!json.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw Wrong($"has no {name}, a list of at least one token id");
        }

        return [.. list.EnumerateArray().Select(id => Id(id, name))];
    }

    public bool Has(string name) => json.TryGetProperty(name, out _);

    public double Probability(string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 0 and <= 1 and var p
            ? p
            : throw Wrong($"has no {name} from 0 to 1");

    /// <summary>Probabilities by name; empty where it is not there.</summary>
    public IReadOnlyDictionary<string, double> Probabilities(string name)
    {
        if (!json.TryGetProperty(name, out var group) || group.ValueKind == JsonValueKind.Null)
        {
            return ReadOnlyDictionary<string, double>.Empty;
        }

        var wrong = $"has {name} that are not a group of probabilities from 0 to 1";
        return group.ValueKind != JsonValueKind.Object ? throw Wrong(wrong) : group.EnumerateObject().ToDictionary(
            part => part.Name,
            part => part.Value.ValueKind == JsonValueKind.Number && part.Value.GetDouble() is >= 0 and <= 1 and var p ? p : throw Wrong(wrong),
            StringComparer.Ordinal);
    }

    /// <summary>False where it is not there.</summary>
    public bool Flag(string name) => json.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw Wrong($"has a {name} that is not true or false"),
    };

    public InputException Wrong(string found) => new($"{path}, line {number} {found}.");

    private int Id(JsonElement id, string name) =>
        id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var value) && value >= 0 && value < vocabulary
            ? value
            : throw Wrong($"has the token id {id} in {name}; the model's ids are 0 to {vocabulary - 1}");

    private static DataLine Parse(string path, int number, string text, int vocabulary)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var line = new DataLine(path, number, document.RootElement.Clone(), vocabulary);
            return document.RootElement.ValueKind == JsonValueKind.Object ? line : throw line.Wrong("is not a JSON object");
        }
        catch (JsonException error)
        {
            throw new InputException(
                $"{path}, line {number} is not JSON (byte {error.BytePositionInLine + 1}); training data is one JSON object a line.", error);
        }
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = Reading(path, () => File.OpenText(path));
        while (Reading(path, reader.ReadLine) is { } line)
        {
            yield return line;
        }
    }

    private static T Reading<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"The training data {path} is missing.", missing);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read the training data {path}: {error.Message}", error);
        }
    }
}
