using System.Globalization;
using System.Text;

namespace Rlaif.Learning.Jinja;

/// <summary>The escapes of Python's text literals. An unknown one stays as it stands.</summary>
internal static class TextLiteral
{
    /// <summary>Null when an escape is broken.</summary>
    public static string? Value(string written)
    {
        if (!written.Contains('\\', StringComparison.Ordinal))
        {
            return written;
        }

        var value = new StringBuilder();
        for (var i = 0; i < written.Length; i++)
        {
            if (written[i] != '\\')
            {
                value.Append(written[i]);
                continue;
            }

            i++;
            switch (written[i])
            {
                case '\n':
                    break;
                case 'x' or 'u' or 'U':
                    var digits = written[i] switch { 'x' => 2, 'u' => 4, _ => 8 };
                    if (written.Length - i <= digits
                        || !int.TryParse(written.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, null, out var code)
                        || code is < 0 or > 0x10FFFF)
                    {
                        return null;
                    }

                    Append(value, code);
                    i += digits;
                    break;
                case >= '0' and <= '7':
                    var end = i + 1;
                    while (end < written.Length && end < i + 3 && written[end] is >= '0' and <= '7')
                    {
                        end++;
                    }

                    Append(value, Convert.ToInt32(written[i..end], 8));
                    i = end - 1;
                    break;
                default:
                    value.Append(Simple(written[i]));
                    break;
            }
        }

        return value.ToString();
    }

    private static string Simple(char escaped) => escaped switch
    {
        'n' => "\n",
        't' => "\t",
        'r' => "\r",
        'a' => "\a",
        'b' => "\b",
        'f' => "\f",
        'v' => "\v",
        '\\' or '\'' or '"' => escaped.ToString(),
        _ => "\\" + escaped,
    };

    private static void Append(StringBuilder value, int code)
    {
        if (code < 0x10000)
        {
            value.Append((char)code);
        }
        else
        {
            value.Append(char.ConvertFromUtf32(code));
        }
    }
}
