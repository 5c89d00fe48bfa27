using System.Globalization;
using System.Text;

namespace Rlaif.Learning.Text;

/// <summary>Text for .NET's regexes, which match UTF-16 units and so see no letter or digit beyond U+FFFF: one unit per code point, a
/// supplementary one as a stand-in of its own category.</summary>
internal static class RuneStandIns
{
    /// <summary>One character per <see cref="UnicodeCategory"/>, in that order. None is in the ranges that pre-tokenizers spell out
    /// (Latin, Greek, Cyrillic, kana, U+4E00 to U+9FA5, hangul), where a supplementary character would not be either.</summary>
    public const string ByCategory = "\uA640\uA641\u1F88\uA015\uA000\uA66F\uA823\uA670\uA620\uA6E6\uA830\u2000\u2028\u2029\u0001"
        + "\uFFF9\uFFFD\uE000\uFE33\uFE58\uFE17\uFE18\u00AB\u00BB\uA60D\uFB29\uA838\uA700\uA490\uFFFE";

    /// <summary>The text to match, and where each of its units (and its end) is in the original; null: the same places.</summary>
    public static (string Text, int[]? Places) Of(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return (text, null);
        }

        var units = new StringBuilder(text.Length);
        var places = new int[text.Length + 1];
        var place = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            places[units.Length] = place;
            place += rune.Utf16SequenceLength;
            units.Append(rune.IsBmp ? (char)rune.Value : ByCategory[(int)Rune.GetUnicodeCategory(rune)]);
        }

        places[units.Length] = place;
        return (units.ToString(), places);
    }
}
