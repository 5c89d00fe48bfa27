using System.Text.RegularExpressions;
using Rlaif.Recipes;

namespace Rlaif.Learning.Text;

/// <summary>One step of a pre-tokenizer: where a pattern matches becomes a piece of its own.</summary>
/// <param name="Pattern">Matched inside each piece of the step before.</param>
/// <param name="MatchesOnly">What lies between the matches is dropped (<c>Removed</c>, inverted); otherwise it makes pieces too.</param>
internal sealed record Cut(Regex Pattern, bool MatchesOnly = false);

/// <summary>Cuts text into the words inside which byte pairs are merged.</summary>
/// <param name="cuts">Applied one after the other.</param>
/// <param name="prefixSpace">Text that does not begin with a space gets one.</param>
internal sealed partial class PreTokenizer(IReadOnlyList<Cut> cuts, bool prefixSpace)
{
    // A linear pattern needs microseconds; one that needs seconds backtracks without end.
    private const int TimeoutMilliseconds = 10_000;

    /// <summary>GPT-2's words: contractions, letters, digits and other marks with the space before them, white space.</summary>
    public static Cut Gpt2 { get; } = new(Gpt2Pattern());

    /// <summary>Every digit by itself; numeric characters of every kind, <c>²</c> and <c>½</c> too.</summary>
    public static Cut Digit { get; } = new(DigitPattern());

    /// <summary>Runs of digits.</summary>
    public static Cut Digits { get; } = new(DigitsPattern());

    /// <exception cref="InputException">.NET cannot match the pattern.</exception>
    public static Cut Split(string pattern, bool matchesOnly, string origin)
    {
        try
        {
            var options = RegexOptions.Compiled | RegexOptions.CultureInvariant;
            return new(new Regex(pattern, options, TimeSpan.FromMilliseconds(TimeoutMilliseconds)), matchesOnly);
        }
        catch (ArgumentException error)
        {
            throw new InputException(
                $"{origin} cannot be used: its pre-tokenizer has the pattern {pattern}, which is not understood ({error.Message})", error);
        }
    }

    /// <summary>Calls back with every word of the text in order.</summary>
    public void Each(string text, Action<ReadOnlySpan<char>> word)
    {
        if (text.Length == 0)
        {
            return;
        }

        var whole = prefixSpace && text[0] != ' ' ? " " + text : text;
        var (units, places) = RuneStandIns.Of(whole);
        var pieces = new List<(int Start, int End)> { (0, places is null ? whole.Length : units.Length) };
        foreach (var cut in cuts)
        {
            pieces = Apply(cut, units, pieces);
        }

        foreach (var (start, end) in pieces)
        {
            word(places is null ? whole.AsSpan(start, end - start) : whole.AsSpan(places[start], places[end] - places[start]));
        }
    }

    private static List<(int Start, int End)> Apply(Cut cut, string text, List<(int Start, int End)> pieces)
    {
        var cutPieces = new List<(int Start, int End)>(pieces.Count + text.Length / 4);
        foreach (var (start, end) in pieces)
        {
            var done = start;
            foreach (var match in cut.Pattern.EnumerateMatches(text.AsSpan(start, end - start)))
            {
                Add(done, start + match.Index, between: true);
                done = start + match.Index + match.Length;
                Add(start + match.Index, done, between: false);
            }

            Add(done, end, between: true);
        }

        return cutPieces;

        void Add(int start, int end, bool between)
        {
            if (start < end && !(between && cut.MatchesOnly))
            {
                cutPieces.Add((start, end));
            }
        }
    }

    [GeneratedRegex(
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex Gpt2Pattern();

    [GeneratedRegex(@"\p{N}", RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex DigitPattern();

    [GeneratedRegex(@"\p{N}+", RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex DigitsPattern();
}
