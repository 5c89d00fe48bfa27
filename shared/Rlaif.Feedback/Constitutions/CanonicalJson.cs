using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Constitutions;

/// <summary>JSON Canonicalization Scheme (RFC 8785): one text for one content, so that a hash names it.</summary>
public static class CanonicalJson
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    /// <summary>The canonical text.</summary>
    /// <exception cref="InputException">A lone surrogate, or a number that binary64 does not hold.</exception>
    public static string Of(JsonNode? node)
    {
        var text = new StringBuilder();
        Write(node, text);
        return text.ToString();
    }

    /// <summary>SHA-256 of the canonical text in UTF-8, lower-case hexadecimal.</summary>
    public static string Sha256(JsonNode? node) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Of(node))));

    private static void Write(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case JsonObject members:
                Write(members.OrderBy(member => member.Key, StringComparer.Ordinal), '{', '}', text, member =>
                {
                    Write(member.Key, text);
                    text.Append(':');
                    Write(member.Value, text);
                });
                break;
            case JsonArray items:
                Write(items, '[', ']', text, item => Write(item, text));
                break;
            default:
                text.Append(node?.GetValueKind() switch
                {
                    null or JsonValueKind.Null => "null",
                    JsonValueKind.True => "true",
                    JsonValueKind.False => "false",
                    JsonValueKind.Number => Number(node.ToJsonString()),
                    _ => null,
                });
                if (node?.GetValueKind() == JsonValueKind.String)
                {
                    Write(node.GetValue<string>(), text);
                }

                break;
        }
    }

    private static void Write<T>(IEnumerable<T> items, char open, char close, StringBuilder text, Action<T> write)
    {
        text.Append(open);
        foreach (var (place, item) in items.Index())
        {
            text.Append(place == 0 ? "" : ",");
            write(item);
        }

        text.Append(close);
    }

    private static void Write(string value, StringBuilder text)
    {
        text.Append('"');
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsSurrogate(c) && !(char.IsSurrogatePair(value, i) || (i > 0 && char.IsSurrogatePair(value, i - 1))))
            {
                throw new InputException("Text with half of a surrogate pair has no canonical form; write the whole character.");
            }

            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\f' => "\\f",
                '\r' => "\\r",
                < ' ' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        text.Append('"');
    }

    /// <summary>A JSON number literal in canonical form. An integer that binary64 cannot hold is refused, not rounded.</summary>
    private static string Number(string literal)
    {
        var value = double.Parse(literal, CultureInfo.InvariantCulture);
        var integer = !literal.AsSpan(literal[0] == '-' ? 1 : 0).ContainsAnyExcept(Digits);
        return integer && double.IsFinite(value) && new BigInteger(value) != BigInteger.Parse(literal, CultureInfo.InvariantCulture)
            ? throw new InputException($"The integer {literal} is not a number of double precision; write it as text.")
            : Number(value);
    }

    /// <summary>A number as ECMAScript writes it (ECMA-262, Number::toString), which RFC 8785 prescribes.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new InputException($"{value} is not a number that JSON can hold.");
        }

        // "R" gives the shortest digits that read back; only their layout differs from ECMAScript's.
        var parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        var whole = parts[0].Split('.')[0];
        var all = parts[0].Replace(".", "", StringComparison.Ordinal);
        var digits = all.Trim('0');
        if (digits.Length == 0)
        {
            return "0";
        }

        // value = 0.digits · 10^point
        var exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var point = whole.Length + exponent - (all.Length - all.TrimStart('0').Length);
        var sign = value < 0 ? "-" : "";
        return sign + point switch
        {
            > 21 or < -5 => $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(point > 0 ? "+" : "")}{point - 1}",
            <= 0 => $"0.{new string('0', -point)}{digits}",
            _ when digits.Length <= point => digits.PadRight(point, '0'),
            _ => $"{digits[..point]}.{digits[point..]}",
        };
    }
}
