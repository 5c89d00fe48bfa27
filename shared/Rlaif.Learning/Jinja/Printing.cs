using System.Globalization;
using System.Numerics;
using System.Text;

namespace Rlaif.Learning.Jinja;

/// <summary>Python's <c>str</c> and <c>repr</c>.</summary>
internal static class Printing
{
    public static string Text(object? value, Sandbox sandbox) => value is string text ? text : Repr(value, sandbox);

    public static string Repr(object? value, Sandbox sandbox)
    {
        var output = new StringBuilder();
        Append(output, value, sandbox);
        return output.ToString();
    }

    /// <summary>The shortest digits that read back as the same number, in Python's layout: 1.0, 1e+16, 1e-05.</summary>
    public static string Float(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        // 17 digits always suffice.
        var text = Enumerable.Range(0, 17).Select(digits => value.ToString("E" + digits, CultureInfo.InvariantCulture))
            .First(candidate => double.Parse(candidate, CultureInfo.InvariantCulture) == value);
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = text[..text.IndexOf('E')];
        if (exponent is < -4 or >= 16)
        {
            return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        var decimals = Math.Max(1, Math.Max(0, mantissa.TrimStart('-').Length - 2) - exponent);
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    private static void Append(StringBuilder output, object? value, Sandbox sandbox)
    {
        sandbox.Enter();
        var before = output.Length;
        switch (value)
        {
            case null:
                output.Append("None");
                break;
            case bool flag:
                output.Append(flag ? "True" : "False");
                break;
            case BigInteger number:
                output.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                output.Append(Float(number));
                break;
            case string text:
                AppendQuoted(output, text);
                break;
            case List<object?> items:
                AppendItems(output, items, "[", "]", sandbox);
                break;
            case object?[] items:
                AppendItems(output, items, "(", items.Length == 1 ? ",)" : ")", sandbox);
                break;
            case Mapping map:
                AppendPairs(output, map, sandbox);
                break;
            case Undefined:
                break;
            case Callable function:
                output.Append($"<function {function.Name}>");
                break;
            default:
                output.Append($"<{Kinds.Described(value)}>");
                break;
        }

        if (value is not (IReadOnlyList<object?> or Mapping))
        {
            sandbox.Spend(output.Length - before);
        }

        sandbox.Leave();
    }

    private static void AppendItems(StringBuilder output, IReadOnlyList<object?> items, string open, string close, Sandbox sandbox)
    {
        output.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            output.Append(i > 0 ? ", " : "");
            AppendElement(output, items[i], sandbox);
        }

        output.Append(close);
    }

    private static void AppendPairs(StringBuilder output, Mapping map, Sandbox sandbox)
    {
        output.Append('{');
        var separator = "";
        foreach (var (key, value) in map.Pairs)
        {
            output.Append(separator);
            AppendElement(output, key, sandbox);
            output.Append(": ");
            AppendElement(output, value, sandbox);
            separator = ", ";
        }

        output.Append('}');
    }

    // Inside a container a missing value is visible.
    private static void AppendElement(StringBuilder output, object? value, Sandbox sandbox)
    {
        if (value is Undefined)
        {
            output.Append("Undefined");
        }

        Append(output, value, sandbox);
    }

    private static void AppendQuoted(StringBuilder output, string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        output.Append(quote);
        foreach (var character in PythonText.Characters(text).Cast<string>())
        {
            AppendCharacter(output, character, quote);
        }

        output.Append(quote);
    }

    private static void AppendCharacter(StringBuilder output, string character, char quote)
    {
        switch (character[0])
        {
            case '\n':
                output.Append("\\n");
                break;
            case '\r':
                output.Append("\\r");
                break;
            case '\t':
                output.Append("\\t");
                break;
            case '\\':
                output.Append("\\\\");
                break;
            case var same when same == quote:
                output.Append('\\').Append(quote);
                break;
            case ' ':
                output.Append(' ');
                break;
            default:
                var code = character.Length == 2 ? char.ConvertToUtf32(character, 0) : character[0];
                output.Append(IsPrintable(CharUnicodeInfo.GetUnicodeCategory(code)) ? character
                    : code < 0x100 ? $"\\x{code:x2}" : code < 0x10000 ? $"\\u{code:x4}" : $"\\U{code:x8}");
                break;
        }
    }

    private static bool IsPrintable(UnicodeCategory category) => category is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
