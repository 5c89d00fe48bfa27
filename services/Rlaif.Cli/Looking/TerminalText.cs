using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Rlaif.Cli.Looking;

/// <summary>Text that a model, a file or another machine wrote, made safe to show: it cannot move the cursor, colour or retitle the
/// terminal, reorder what is read, or hide characters.</summary>
internal static class TerminalText
{
    /// <summary>The text with line breaks, without control and invisible characters. A tab is a space.</summary>
    /// <remarks>Escape sequences lose their first character, so that what is left of them can be seen. Format characters go
    /// (bidirectional overrides, Unicode TR 36; tags and zero-width ones), but for the joiner of emoji between two visible characters.</remarks>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes()) // halves of surrogate pairs become U+FFFD
        {
            if (rune.Value == '\n' || IsVisible(rune))
            {
                clean.Append(rune.ToString());
            }
            else if (rune.Value == '\t')
            {
                clean.Append(' ');
            }
        }

        return clean.ToString();
    }

    /// <summary>The same on one line of at most <paramref name="length"/> characters.</summary>
    public static string Line(string text, int length = 200)
    {
        var line = Clean(text).Replace('\n', ' ');
        return line.Length <= length ? line : line[..(char.IsHighSurrogate(line[length - 1]) ? length - 1 : length)] + "…";
    }

    /// <summary>As a cell or line of a console, without markup: brackets are brackets.</summary>
    public static Text Plain(string text) => new(Clean(text));

    private static bool IsVisible(Rune rune) => rune.Value == 0x200D || Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);
}
