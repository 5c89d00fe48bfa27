using System.Text.Json;
using Rlaif.Recipes;

namespace Rlaif.Learning.Weights;

/// <summary>Typed fields of a JSON object in a file; null counts as absent, a wrong type is an error that names file and field.</summary>
internal sealed class JsonFields(string path, JsonElement root)
{
    public string Path { get; } = path;

    public static JsonFields Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"{path} is missing; a model folder has one.");
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.ValueKind == JsonValueKind.Object ? new(path, json.RootElement.Clone())
                : throw new InputException($"{path} is not a JSON object.");
        }
        catch (JsonException error)
        {
            throw new InputException($"{path} is not JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}.", error);
        }
    }

    public bool Has(string name) => Find(name) is not null;

    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw Wrong(name, "a text"),
    };

    public bool? Flag(string name) => Find(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    public double? Number(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value => value.GetDouble(),
        _ => throw Wrong(name, "a number"),
    };

    /// <summary>A whole number from 1 that must be there.</summary>
    public int Size(string name) => Has(name) ? SizeOr(name, 0) : throw Missing(name);

    public int SizeOr(string name, int absent) => Find(name) switch
    {
        null => absent,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var size) && size > 0 => size,
        _ => throw Wrong(name, "a whole number from 1"),
    };

    /// <summary>A token id, a list of them, or nothing.</summary>
    public IReadOnlyList<int> Tokens(string name) => Integers(name, "a token id or a list of them");

    /// <summary>A whole number from 0, a list of them, or nothing.</summary>
    public IReadOnlyList<int> Integers(string name, string wanted = "a whole number from 0 or a list of them") => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(item => Integer(name, item, wanted))],
        { } single => [Integer(name, single, wanted)],
    };

    /// <summary>Numbers by their names; empty where there is nothing.</summary>
    public IReadOnlyDictionary<string, double> Numbers(string name) => Object(name) is not { } of ? new Dictionary<string, double>()
        : of.Names.ToDictionary(key => key, key => of.Number(key) ?? throw Wrong(name, "an object of numbers"), StringComparer.Ordinal);

    /// <summary>Whether a list stands there.</summary>
    public bool IsList(string name) => Find(name)?.ValueKind == JsonValueKind.Array;

    /// <summary>Whether a text stands there.</summary>
    public bool IsText(string name) => Find(name)?.ValueKind == JsonValueKind.String;

    /// <summary>Fields that say something: neither null nor false, nor an empty text, list or object.</summary>
    public IEnumerable<string> Names => root.EnumerateObject().Where(one => one.Value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.String => one.Value.GetString()!.Length > 0,
        JsonValueKind.Array => one.Value.GetArrayLength() > 0,
        JsonValueKind.Object => one.Value.EnumerateObject().Any(),
        _ => true,
    }).Select(one => one.Name);

    public IReadOnlyList<string> Texts(string name) => Find(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list =>
            [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(name, "a list of texts"))],
        _ => throw Wrong(name, "a list of texts"),
    };

    public JsonFields? Object(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new(Path, value),
        _ => throw Wrong(name, "an object"),
    };

    /// <summary>The objects of a list; empty for anything else.</summary>
    public IReadOnlyList<JsonFields> Objects(string name) => Find(name) is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object).Select(item => new JsonFields(Path, item))]
        : [];

    /// <summary>A token of a tokenizer's configuration: its text, or an object with its content.</summary>
    public string? TokenText(string name) => Find(name) is { ValueKind: JsonValueKind.Object } ? Object(name)!.Text("content") : Text(name);

    public InputException Missing(string name) => new($"{Path} has no {name}.");

    private int Integer(string name, JsonElement value, string wanted) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 ? number : throw Wrong(name, wanted);

    private JsonElement? Find(string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private InputException Wrong(string name, string wanted) => new($"{Path} has a {name} that is not {wanted}.");
}
