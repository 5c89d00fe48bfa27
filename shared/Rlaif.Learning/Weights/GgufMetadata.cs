using Rlaif.Recipes;

namespace Rlaif.Learning.Weights;

/// <summary>The key-value part of a GGUF file, read by type. A missing key or one of another type is an error that names both.</summary>
public sealed class GgufMetadata(string path, IReadOnlyDictionary<string, object> values)
{
    /// <summary>All keys, ordinal.</summary>
    public IEnumerable<string> Keys => values.Keys.Order(StringComparer.Ordinal);

    /// <summary>Whether the key is there.</summary>
    public bool Has(string key) => values.ContainsKey(key);

    /// <summary>A whole number of any width.</summary>
    /// <exception cref="InputException">Missing or no whole number; so for all the readers below.</exception>
    public long Integer(string key) => AsInteger(Required(key)) ?? throw Wrong(key, "a whole number");

    /// <summary>A number.</summary>
    public double Number(string key) => AsNumber(Required(key)) ?? throw Wrong(key, "a number");

    /// <summary>A text.</summary>
    public string Text(string key) => Required(key) as string ?? throw Wrong(key, "a text");

    /// <summary>True or false.</summary>
    public bool Flag(string key) => Required(key) as bool? ?? throw Wrong(key, "true or false");

    /// <summary>Texts, for example <c>tokenizer.ggml.tokens</c> and <c>tokenizer.ggml.merges</c>.</summary>
    public string[] Texts(string key) => [.. Items(key).Select(item => item as string ?? throw Wrong(key, "a list of texts"))];

    /// <summary>Whole numbers, for example <c>tokenizer.ggml.token_type</c>.</summary>
    public long[] Integers(string key) => [.. Items(key).Select(item => AsInteger(item) ?? throw Wrong(key, "a list of whole numbers"))];

    /// <summary>The value as it was read: a boxed number, bool, text, or an object[] of these.</summary>
    public object? Raw(string key) => values.GetValueOrDefault(key);

    private static long? AsInteger(object value) => value switch
    {
        byte v => v,
        sbyte v => v,
        ushort v => v,
        short v => v,
        uint v => v,
        int v => v,
        long v => v,
        ulong and <= long.MaxValue => (long)(ulong)value,
        _ => null,
    };

    private static double? AsNumber(object value) => value switch
    {
        float v => v,
        double v => v,
        _ => AsInteger(value),
    };

    private object[] Items(string key) => Required(key) as object[] ?? throw Wrong(key, "a list");

    private object Required(string key) => values.GetValueOrDefault(key) ??
        throw new InputException($"{path} has no {key} in its metadata; it is not a complete model, fetch or convert it again.");

    private InputException Wrong(string key, string wanted) =>
        new($"{path} has a {key} that is not {wanted}; fetch or convert it again.");
}
