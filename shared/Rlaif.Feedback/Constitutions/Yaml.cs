using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;

namespace Rlaif.Feedback.Constitutions;

/// <summary>A value of a YAML file with the line it starts on.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Nodes">How many values it is, itself and aliases expanded: known before anything is expanded.</param>
internal abstract record YamlValue(int Line, long Nodes)
{
    public abstract JsonNode? ToJson();
}

internal sealed record YamlMapping(int Line, IReadOnlyList<YamlMember> Members) : YamlValue(Line, 1 + Members.Sum(member => member.Value.Nodes))
{
    public override JsonNode ToJson() => new JsonObject(Members.Select(member => KeyValuePair.Create(member.Key, member.Value.ToJson())));
}

internal sealed record YamlMember(string Key, int Line, YamlValue Value);

internal sealed record YamlSequence(int Line, IReadOnlyList<YamlValue> Items) : YamlValue(Line, 1 + Items.Sum(item => item.Nodes))
{
    public override JsonNode ToJson() => new JsonArray([.. Items.Select(item => item.ToJson())]);
}

/// <summary>A scalar: null, a bool, a double or a text, as the core schema of YAML 1.2 reads it.</summary>
internal sealed record YamlScalar(int Line, string Text, object? Value) : YamlValue(Line, 1)
{
    public bool IsInteger => Value is double && Text.TrimStart('+', '-').All(char.IsAsciiDigit);

    public override JsonNode? ToJson() => Value switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        double number => JsonValue.Create(number),
        _ => JsonValue.Create(Text),
    };
}

/// <summary>The core schema of YAML 1.2 (section 10.3.2) for plain scalars: "no", "on", dates and 12:30 are texts, 010 is ten.
/// YAML 1.1 readers say otherwise.</summary>
internal static class YamlCoreSchema
{
    /// <summary>The value, or what is wrong with it.</summary>
    public static (object? Value, string? Wrong) Read(string plain) => plain switch
    {
        "" or "~" or "null" or "Null" or "NULL" => (null, null),
        "true" or "True" or "TRUE" => (true, null),
        "false" or "False" or "FALSE" => (false, null),
        _ when plain.TrimStart('+', '-') is ".inf" or ".Inf" or ".INF" or ".nan" or ".NaN" or ".NAN" => (null, $"{plain} is not a finite number"),
        _ when plain.StartsWith("0o", StringComparison.Ordinal) => Prefixed(plain, 8),
        _ when plain.StartsWith("0x", StringComparison.Ordinal) => Prefixed(plain, 16),
        _ when IsNumber(plain) => Number(plain),
        _ => (plain, null),
    };

    private static (object?, string?) Number(string plain)
    {
        var value = double.Parse(plain, NumberStyles.Float, CultureInfo.InvariantCulture);
        var integer = plain.TrimStart('+', '-').All(char.IsAsciiDigit);
        return !double.IsFinite(value) ? (null, $"{plain} is not a finite number")
            : integer && new BigInteger(value) != BigInteger.Parse(plain, CultureInfo.InvariantCulture)
                ? (null, $"{plain} is not a number of double precision; quote it")
            : (value, null);
    }

    private static (object?, string?) Prefixed(string plain, int radix)
    {
        var digits = plain[2..];
        var valid = digits.Length is > 0 and <= 13 && digits.All(c => radix == 8 ? c is >= '0' and <= '7' : char.IsAsciiHexDigit(c));
        return valid ? ((double)Convert.ToInt64(digits, radix), null) : (plain, null);
    }

    // [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
    private static bool IsNumber(string plain)
    {
        var rest = plain.AsSpan(plain[0] is '+' or '-' ? 1 : 0);
        var whole = Digits(ref rest);
        var fraction = 0;
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = Digits(ref rest);
        }

        if (whole + fraction == 0 || rest is [])
        {
            return whole + fraction > 0;
        }

        rest = rest is ['e' or 'E', '+' or '-', .. var signed] ? signed : rest is ['e' or 'E', .. var unsigned] ? unsigned : "x";
        return Digits(ref rest) > 0 && rest is [];
    }

    private static int Digits(ref ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && char.IsAsciiDigit(text[count]))
        {
            count++;
        }

        text = text[count..];
        return count;
    }
}
