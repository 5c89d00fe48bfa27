using System.Buffers;
using System.Text;

namespace Rlaif.Learning.Jinja;

/// <summary>Texts as Python sees them: sequences of code points, with Python's idea of white space.</summary>
internal static class PythonText
{
    private const string SpaceCharacters = "\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680"
        + "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    public static readonly SearchValues<char> Spaces = SearchValues.Create(SpaceCharacters);

    private static readonly HashSet<Rune> SpaceRunes = [.. SpaceCharacters.EnumerateRunes()];

    public static bool IsSpace(char character) => Spaces.Contains(character);

    public static int Length(string text)
    {
        var length = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            length -= char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        }

        return length;
    }

    /// <summary>One text per code point.</summary>
    public static List<object?> Characters(string text)
    {
        var characters = new List<object?>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isPair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            characters.Add(text.Substring(i, isPair ? 2 : 1));
            i += isPair ? 1 : 0;
        }

        return characters;
    }

    public static string Strip(string text, string? characters = null) => StripEnd(StripStart(text, characters), characters);

    public static string StripStart(string text, string? characters = null)
    {
        var set = characters is null ? SpaceRunes : [.. characters.EnumerateRunes()];
        var left = text.AsSpan();
        while (Rune.DecodeFromUtf16(left, out var rune, out var length) == OperationStatus.Done && set.Contains(rune))
        {
            left = left[length..];
        }

        return left.Length == text.Length ? text : left.ToString();
    }

    public static string StripEnd(string text, string? characters = null)
    {
        var set = characters is null ? SpaceRunes : [.. characters.EnumerateRunes()];
        var left = text.AsSpan();
        while (Rune.DecodeLastFromUtf16(left, out var rune, out var length) == OperationStatus.Done && set.Contains(rune))
        {
            left = left[..^length];
        }

        return left.Length == text.Length ? text : left.ToString();
    }

    /// <summary>Order of code points; UTF-16 units order U+E000..U+FFFF after the supplementary planes.</summary>
    public static int Compare(string a, string b)
    {
        var same = a.AsSpan().CommonPrefixLength(b);
        return same == a.Length || same == b.Length ? a.Length - b.Length : Rank(a[same]) - Rank(b[same]);

        static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
    }

    /// <summary>First letter of each word upper, the others lower; a word is a run of letters.</summary>
    public static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            title.Append((inWord ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune)).ToString());
            inWord = IsCased(rune);
        }

        return title.ToString();
    }

    public static string Capitalize(string text)
    {
        var first = text.Length > 1 && char.IsSurrogatePair(text, 0) ? 2 : Math.Min(1, text.Length);
        return text[..first].ToUpperInvariant() + text[first..].ToLowerInvariant();
    }

    public static bool IsUpper(string text) => AnyCased(text) && text.EnumerateRunes().All(rune => Rune.ToUpperInvariant(rune) == rune);

    public static bool IsLower(string text) => AnyCased(text) && text.EnumerateRunes().All(rune => Rune.ToLowerInvariant(rune) == rune);

    public static bool All(string text, Func<Rune, bool> belongs) => text.Length > 0 && text.EnumerateRunes().All(belongs);

    private static bool AnyCased(string text) => text.EnumerateRunes().Any(IsCased);

    private static bool IsCased(Rune rune) => Rune.ToUpperInvariant(rune) != rune || Rune.ToLowerInvariant(rune) != rune;
}
