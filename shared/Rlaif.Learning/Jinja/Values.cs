using System.Numerics;

namespace Rlaif.Learning.Jinja;

// A value is null (None), a bool, a BigInteger (int), a double, a string, a List<object?> (list), an object?[] (tuple), a Mapping (dict),
// or one of the classes here. Nothing else can reach a template, and nothing here can be changed by one but the attributes of a Namespace.

/// <summary>What is not there: prints as nothing, is false and empty, and fails when it is used. The message says how it came about.</summary>
internal sealed class Undefined(string message)
{
    public JinjaError Used() => new(message);
}

/// <summary><c>namespace(...)</c>: attributes that may be set from inside a loop.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Attributes { get; } = new(StringComparer.Ordinal);
}

/// <summary>A function, a method with its target, or a macro.</summary>
internal sealed record Callable(string Name, Func<Arguments, object?> Invoke);

/// <summary>A dictionary in the order of insertion.</summary>
internal sealed class Mapping
{
    private readonly OrderedDictionary<Key, object?> items = [];

    public int Count => items.Count;

    public IEnumerable<object?> Keys => items.Keys.Select(key => key.Value);

    public IEnumerable<object?> Values => items.Values;

    public IEnumerable<KeyValuePair<object?, object?>> Pairs => items.Select(item => new KeyValuePair<object?, object?>(item.Key.Value, item.Value));

    public object? this[object? key]
    {
        set => items[Key.Of(key) ?? throw Key.Unhashable(key)] = value;
    }

    public bool TryGet(object? key, out object? value)
    {
        value = null;
        return Key.Of(key) is { } known && items.TryGetValue(known, out value);
    }
}

/// <summary>What may be a key: 1, 1.0 and True are the same one. (Python takes tuples too; no chat template does.)</summary>
internal readonly record struct Key
{
    private Key(object? value) => Value = value;

    public object? Value { get; }

    public static Key? Of(object? value) => value is null or bool or BigInteger or double or string or Undefined ? new(value) : null;

    public static JinjaError Unhashable(object? value) => new($"unhashable type: '{Kinds.Name(value)}'");

    public bool Equals(Key other) => (Value, other.Value) switch
    {
        (string a, string b) => string.Equals(a, b, StringComparison.Ordinal),
        _ when Kinds.IsNumber(Value) && Kinds.IsNumber(other.Value) => Numbers.Compare(Value!, other.Value!) == 0,
        (Undefined, Undefined) => true,
        _ => Value is null && other.Value is null,
    };

    public override int GetHashCode() => Value switch
    {
        string text => string.GetHashCode(text, StringComparison.Ordinal),
        null or Undefined => 0,
        _ => Numbers.Double(Value).GetHashCode(),
    };
}
