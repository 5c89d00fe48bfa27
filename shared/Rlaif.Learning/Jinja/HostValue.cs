using System.Collections;
using System.Numerics;
using System.Text.Json;

namespace Rlaif.Learning.Jinja;

/// <summary>The values that may come in from outside, as values of a template. There is no other way in.</summary>
internal static class HostValue
{
    private const int MaxDepth = 64;

    public static object? Of(object? value, int depth = 0) => value switch
    {
        _ when depth > MaxDepth => throw new ArgumentException($"A variable of a template is nested more than {MaxDepth} deep.", nameof(value)),
        null or bool or string or double or BigInteger => value,
        int number => (BigInteger)number,
        long number => (BigInteger)number,
        JsonElement json => OfJson(json, depth),
        IReadOnlyDictionary<string, object?> map => Mapped(map.Select(pair => (pair.Key, pair.Value)), depth),
        IEnumerable items => items.Cast<object?>().Select(item => Of(item, depth + 1)).ToList(),
        _ => throw new ArgumentException($"A {value.GetType().Name} cannot be a variable of a template.", nameof(value)),
    };

    private static object? OfJson(JsonElement json, int depth) => json.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => BigInteger.TryParse(json.GetRawText(), out var whole) ? whole : json.GetDouble(),
        JsonValueKind.Array => json.EnumerateArray().Select(item => Of(item, depth + 1)).ToList(),
        JsonValueKind.Object => Mapped(json.EnumerateObject().Select(pair => (pair.Name, (object?)pair.Value)), depth),
        _ => throw new ArgumentException("An empty JSON value cannot be a variable of a template.", nameof(json)),
    };

    private static Mapping Mapped(IEnumerable<(string Name, object? Value)> pairs, int depth)
    {
        var mapping = new Mapping();
        foreach (var (name, value) in pairs)
        {
            mapping[name] = Of(value, depth + 1);
        }

        return mapping;
    }
}
