using System.Globalization;
using System.Numerics;
using System.Text;

namespace Rlaif.Learning.Jinja;

/// <summary>Python's <c>json.dumps</c>: not the JSON of .NET, for spaces, escapes and numbers differ and a model has seen Python's.</summary>
internal sealed class JsonText(string? indent, string itemSeparator, string keySeparator, bool asciiOnly, bool sortKeys, Sandbox sandbox)
{
    private readonly StringBuilder output = new();
    private int depth;

    public string Of(object? value)
    {
        Append(value);
        return output.ToString();
    }

    private void Append(object? value)
    {
        sandbox.Enter();
        var before = output.Length;
        switch (value)
        {
            case string text:
                AppendQuoted(text);
                sandbox.Spend(output.Length - before);
                break;
            case IReadOnlyList<object?> items:
                AppendBlock('[', ']', items.Count, i => Append(items[i]));
                break;
            case Mapping map:
                AppendMapping(map);
                break;
            default:
                output.Append(Scalar(value) ?? throw new JinjaError($"Object of type {Kinds.Name(value)} is not JSON serializable"));
                break;
        }

        sandbox.Leave();
    }

    private void AppendMapping(Mapping map)
    {
        var pairs = map.Pairs.Select(pair => (Key: KeyText(pair.Key), pair.Value)).ToList();
        if (sortKeys)
        {
            pairs = [.. pairs.OrderBy(pair => pair.Key, Comparer<string>.Create(PythonText.Compare))];
        }

        AppendBlock('{', '}', pairs.Count, i =>
        {
            AppendQuoted(pairs[i].Key);
            output.Append(keySeparator);
            Append(pairs[i].Value);
        });
    }

    private static string KeyText(object? key) =>
        key as string ?? Scalar(key) ?? throw new JinjaError($"keys must be str, int, float, bool or None, not {Kinds.Name(key)}");

    private void AppendBlock(char open, char close, int count, Action<int> appendItem)
    {
        output.Append(open);
        depth++;
        for (var i = 0; i < count; i++)
        {
            output.Append(i > 0 ? itemSeparator : "");
            AppendLine();
            appendItem(i);
        }

        depth--;
        if (count > 0)
        {
            AppendLine();
        }

        output.Append(close);
    }

    private void AppendLine()
    {
        if (indent is null)
        {
            return;
        }

        sandbox.Spend(depth, indent.Length);
        output.Append('\n').Insert(output.Length, indent, depth);
    }

    private static string? Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        double number => double.IsFinite(number) ? Printing.Float(number) : double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity",
        _ => null,
    };

    private void AppendQuoted(string text)
    {
        output.Append('"');
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '"' => output.Append("\\\""),
                '\\' => output.Append("\\\\"),
                '\n' => output.Append("\\n"),
                '\r' => output.Append("\\r"),
                '\t' => output.Append("\\t"),
                '\f' => output.Append("\\f"),
                '\b' => output.Append("\\b"),
                < ' ' => output.Append($"\\u{(int)unit:x4}"),
                > '~' when asciiOnly => output.Append($"\\u{(int)unit:x4}"),
                _ => output.Append(unit),
            };
        }

        output.Append('"');
    }
}
