using System.Globalization;
using System.Text;

namespace Rlaif.Learning.Text;

/// <summary>Unicode's normalization form C (UAX 15): canonically decomposed, marks in order, composed again. <c>string.Normalize</c> does
/// nothing under InvariantGlobalization, which the product is built with.</summary>
public static class CanonicalComposition
{
    private const char FirstAffected = '\u0300';    // everything below is composed and combines with nothing before it
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Trails = 28;

    private static readonly Dictionary<int, int> Classes = [];
    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];

    static CanonicalComposition() => ReadTable();

    /// <summary>The composed text; a lone surrogate becomes U+FFFD when anything is to be composed.</summary>
    public static string Of(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange(FirstAffected, char.MaxValue) < 0)
        {
            return text;
        }

        var runes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, runes);
        }

        Order(runes);
        var composed = new StringBuilder(text.Length);
        foreach (var rune in Compose(runes))
        {
            composed.Append(new Rune(rune));
        }

        return composed.ToString();
    }

    private static void Decompose(int rune, List<int> into)
    {
        if (rune - SyllableBase is var syllable and >= 0 and < Leads * Vowels * Trails)
        {
            into.AddRange([LeadBase + syllable / (Vowels * Trails), VowelBase + syllable / Trails % Vowels]);
            if (syllable % Trails > 0)
            {
                into.Add(TrailBase + syllable % Trails);
            }
        }
        else if (Decompositions.TryGetValue(rune, out var parts))
        {
            foreach (var part in parts)
            {
                Decompose(part, into);
            }
        }
        else
        {
            into.Add(rune);
        }
    }

    /// <summary>Sorts each run of marks by class; marks of one class keep their order.</summary>
    private static void Order(List<int> runes)
    {
        for (var start = 0; start < runes.Count; start++)
        {
            var end = start;
            while (end < runes.Count && Class(runes[end]) > 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var sorted = runes.GetRange(start, end - start).OrderBy(Class).ToArray();
                sorted.CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(runes)[start..end]);
            }

            start = end;
        }
    }

    private static List<int> Compose(List<int> runes)
    {
        var composed = new List<int>(runes.Count);
        var starter = -1;
        var lastClass = 0;
        foreach (var rune in runes)
        {
            var own = Class(rune);
            // A mark of the same or a higher class in between blocks.
            var open = starter >= 0 && (starter == composed.Count - 1 || (lastClass > 0 && lastClass < own));
            if (open && Pair(composed[starter], rune) is { } whole)
            {
                composed[starter] = whole;
                continue;
            }

            if (own == 0)
            {
                starter = composed.Count;
            }

            lastClass = own;
            composed.Add(rune);
        }

        return composed;
    }

    private static int? Pair(int first, int second)
    {
        if (first - LeadBase is var lead and >= 0 and < Leads && second - VowelBase is var vowel and >= 0 and < Vowels)
        {
            return SyllableBase + (lead * Vowels + vowel) * Trails;
        }

        if (first - SyllableBase is var syllable and >= 0 and < Leads * Vowels * Trails && syllable % Trails == 0 &&
            second - TrailBase is var trail and > 0 and < Trails)
        {
            return first + trail;
        }

        return Compositions.TryGetValue((first, second), out var whole) ? whole : null;
    }

    private static int Class(int rune) => rune < FirstAffected ? 0 : Classes.GetValueOrDefault(rune);

    private static void ReadTable()
    {
        using var table = new StreamReader(typeof(CanonicalComposition).Assembly.GetManifestResourceStream("CanonicalComposition.txt")!);
        while (table.ReadLine() is { } line)
        {
            var kind = line[0];
            int[] codes = [.. line[1..].Split(' ').Where(_ => kind != '#').Select(code => int.Parse(code, NumberStyles.HexNumber))];
            switch (kind)
            {
                case 'c':       // class, first, last
                    for (var rune = codes[1]; rune <= codes[2]; rune++)
                    {
                        Classes.Add(rune, codes[0]);
                    }

                    break;
                case 'd' or 'p':    // whole, parts; 'p': the parts compose again
                    Decompositions.Add(codes[0], codes[1..]);
                    if (kind == 'p')
                    {
                        Compositions.Add((codes[1], codes[2]), codes[0]);
                    }

                    break;
            }
        }
    }
}
