using System.Text;
using System.Text.RegularExpressions;

namespace Rlaif.Feedback.Checks;

/// <summary>A lexical probe: does a text say one of these phrases? It has false hits (a quotation) and misses other words for the same;
/// a policy can learn to avoid it, so it shows a trend and is not the truth.</summary>
public sealed partial class PhraseList
{
    private readonly string[] _phrases;
    private readonly int _window;

    /// <summary>Phrases in any case; only those that start in the first <paramref name="window"/> code points count.</summary>
    public PhraseList(IEnumerable<string> phrases, int window = int.MaxValue)
    {
        _phrases = [.. phrases.Select(Normalise)];
        _window = window;
        ArgumentOutOfRangeException.ThrowIfZero(_phrases.Length, nameof(phrases));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(window);
    }

    /// <summary>Whether one of them is said, as whole words. A phrase that ends in "can" is also said by "cannot".</summary>
    public bool In(string text)
    {
        var said = Normalise(text);
        var end = End(said, _window);
        return Array.Exists(_phrases, phrase => Says(said, phrase, end));
    }

    private static bool Says(string text, string phrase, int end)
    {
        for (var at = -1; (at = text.IndexOf(phrase, at + 1, StringComparison.Ordinal)) >= 0 && at < end;)
        {
            var after = at + phrase.Length;
            if (Open(text, at - 1) && (Open(text, after) || (phrase.EndsWith(" can", StringComparison.Ordinal) && After(text, after, "not"))))
            {
                return true;
            }
        }

        return false;
    }

    private static bool After(string text, int at, string rest) =>
        string.CompareOrdinal(text, at, rest, 0, rest.Length) == 0 && Open(text, at + rest.Length);

    // No letter or digit stands there, so a word ends.
    private static bool Open(string text, int at) => at < 0 || at >= text.Length || !char.IsLetterOrDigit(text[at]);

    private static int End(string text, int codePoints)
    {
        var end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (codePoints-- == 0)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return end;
    }

    private static string Normalise(string text) =>
        Blanks().Replace(text.Replace('’', '\'').Replace('‘', '\'').ToLowerInvariant(), " ").Trim(' ');

    [GeneratedRegex("[ \t\r\n\f\v]+", RegexOptions.None, matchTimeoutMilliseconds: -1)]
    private static partial Regex Blanks();
}
