using System.Buffers;
using System.Globalization;
using System.Text;

namespace Rlaif.Learning.Text;

/// <summary>A piece of a text: an added token, or (null) what is to be tokenized.</summary>
internal readonly record struct Stretch(string Text, AddedToken? Token);

/// <summary>Finds added tokens: the leftmost, of those the longest. With <c>tokenizers</c> as the reference, also where it surprises:
/// a special token that is not wanted still hides the tokens inside it.</summary>
internal sealed class AddedTokenSearch
{
    private readonly (string Text, AddedToken Token)[] longestFirst;
    private readonly SearchValues<string> texts;

    /// <param name="tokens">Each with the text to look for.</param>
    public AddedTokenSearch(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        longestFirst = [.. tokens.OrderByDescending(t => t.Text.Length)];
        texts = SearchValues.Create([.. longestFirst.Select(t => t.Text)], StringComparison.Ordinal);
    }

    /// <summary>The stretches in order; none is empty.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="specials">False: special tokens are ordinary text.</param>
    public IEnumerable<Stretch> Split(string text, bool specials)
    {
        var done = 0;
        var searched = 0;
        while (searched < text.Length && text.AsSpan(searched).IndexOfAny(texts) is >= 0 and var distance)
        {
            var start = searched + distance;
            var (found, token) = Array.Find(longestFirst, t => text.AsSpan(start).StartsWith(t.Text, StringComparison.Ordinal));
            var end = searched = start + found.Length;
            if (start < done || (token.Special && !specials) || (token.SingleWord && !StandsAlone(text, start, end)))
            {
                continue;
            }

            start = token.Lstrip ? Math.Max(done, text.AsSpan(0, start).TrimEnd().Length) : start;
            end = token.Rstrip ? text.Length - text.AsSpan(end).TrimStart().Length : end;
            if (done < start)
            {
                yield return new(text[done..start], null);
            }

            yield return new(text[start..end], token);
            done = end;
        }

        if (done < text.Length)
        {
            yield return new(done == 0 ? text : text[done..], null);
        }
    }

    private static bool StandsAlone(string text, int start, int end)
    {
        Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out var before, out _);
        Rune.DecodeFromUtf16(text.AsSpan(end), out var after, out _);
        return !IsWord(before) && !IsWord(after);
    }

    /// <summary>UTS 18's <c>\w</c>: alphabetic, marks, decimal digits, connectors, joiners. Not .NET's, which knows fewer.</summary>
    private static bool IsWord(Rune rune) => rune.Value is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
        or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189) || Rune.GetUnicodeCategory(rune) is <= UnicodeCategory.LetterNumber
        or UnicodeCategory.ConnectorPunctuation;
}
