using System.Numerics;
using System.Text;

namespace Rlaif.Learning.Jinja;

/// <summary>Filters on texts that are more than a method.</summary>
internal static class TextFilters
{
    // Unlike the method: a word also begins after one of these, and only there.
    private const string BeforeWords = "-({[<";

    public static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var begins = true;
        foreach (var rune in text.EnumerateRunes())
        {
            title.Append((begins ? Rune.ToUpperInvariant(rune) : Rune.ToLowerInvariant(rune)).ToString());
            begins = rune.IsBmp && (PythonText.IsSpace((char)rune.Value) || BeforeWords.Contains((char)rune.Value, StringComparison.Ordinal));
        }

        return title.ToString();
    }

    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '\'' => escaped.Append("&#39;"),
                '"' => escaped.Append("&#34;"),
                _ => escaped.Append(unit),
            };
        }

        return escaped.ToString();
    }

    public static object WordCount(string text)
    {
        var (count, inWord) = (0, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var belongs = Rune.IsLetterOrDigit(rune) || rune.Value == '_';
            count += belongs && !inWord ? 1 : 0;
            inWord = belongs;
        }

        return (BigInteger)count;
    }

    public static object Truncate(string text, BoundArguments given, Sandbox sandbox)
    {
        var (length, end) = (given.Int(0, 255), given.Text(2, "..."));
        var characters = PythonText.Characters(text);
        if (characters.Count <= (long)length + given.Int(3, 5))
        {
            return text;
        }

        var kept = string.Concat(characters.Take(Math.Max(0, length - PythonText.Length(end))));
        return (given.Flag(1) || kept.LastIndexOf(' ') is < 0 ? kept : kept[..kept.LastIndexOf(' ')]) + end;
    }

    public static object Indent(string text, BoundArguments given, Sandbox sandbox)
    {
        var indent = given.Value(0) as string;
        if (indent is null)
        {
            sandbox.Spend(given.Int(0, 4));
            indent = new string(' ', Math.Max(0, given.Int(0, 4)));
        }

        var (first, blank) = (given.Flag(1), given.Flag(2));
        var lines = TextSplits.Lines(text + "\n").Cast<string>().ToList();
        sandbox.Spend(lines.Count, indent.Length);
        return string.Join('\n', lines.Select((line, i) => (i == 0 ? first : blank || line.Length > 0) ? indent + line : line));
    }
}
