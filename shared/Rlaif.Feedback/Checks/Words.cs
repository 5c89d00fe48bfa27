using System.Globalization;
using System.Text;

namespace Rlaif.Feedback.Checks;

/// <summary>Words of a text and what repeats in them.</summary>
public static class Words
{
    /// <summary>Maximal runs of letters, marks and digits, an apostrophe between two of them included ("don't" is one word, "fire-truck" two).
    /// In invariant lower case unless <paramref name="keepCase"/>.</summary>
    public static IReadOnlyList<string> Of(string text, bool keepCase = false)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var apostrophe = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Belongs(rune))
            {
                word.Append(apostrophe && word.Length > 0 ? "'" : "").Append(keepCase ? rune.ToString() : Rune.ToLowerInvariant(rune).ToString());
                apostrophe = false;
            }
            else if (rune.Value is '\'' or '’' && !apostrophe && word.Length > 0)
            {
                apostrophe = true;
            }
            else
            {
                Close();
            }
        }

        Close();
        return words;

        void Close()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
            }

            (word, apostrophe) = (word.Clear(), false);
        }
    }

    /// <summary>Whether <paramref name="run"/> stands in <paramref name="words"/> in one piece. An empty run does not.</summary>
    public static bool Contain(IReadOnlyList<string> words, IReadOnlyList<string> run)
    {
        for (var start = 0; run.Count > 0 && start + run.Count <= words.Count; start++)
        {
            var same = 0;
            while (same < run.Count && string.Equals(words[start + same], run[same], StringComparison.Ordinal))
            {
                same++;
            }

            if (same == run.Count)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Length of the longest run of words that stands in both.</summary>
    public static int LongestCommonRun(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        // ending[j]: length of the common run that ends at the current word of a and at b[j - 1].
        var ending = new int[b.Count + 1];
        var longest = 0;
        foreach (var word in a)
        {
            for (var j = b.Count; j > 0; j--)
            {
                ending[j] = string.Equals(word, b[j - 1], StringComparison.Ordinal) ? ending[j - 1] + 1 : 0;
                longest = Math.Max(longest, ending[j]);
            }
        }

        return longest;
    }

    /// <summary>Whether some <paramref name="n"/> words in a row occur twice; the two may overlap ("no no no no no" repeats four).</summary>
    public static bool RepeatRun(IReadOnlyList<string> words, int n) =>
        Runs(words, n).CountBy(run => run, StringComparer.Ordinal).Any(run => run.Value > 1);

    /// <summary>Every run of <paramref name="n"/> words in a row.</summary>
    public static IEnumerable<string> Runs(IReadOnlyList<string> words, int n) =>
        Enumerable.Range(0, Math.Max(0, words.Count - n + 1)).Select(start => string.Join('\u001F', words.Skip(start).Take(n)));

    /// <summary>Sentences as their words: what stands between full stops, question marks, exclamation marks and line ends.</summary>
    public static IEnumerable<string> Sentences(string text) =>
        text.Split('.', '!', '?', '\n').Select(sentence => string.Join(' ', Of(sentence))).Where(sentence => sentence.Length > 0);

    private static bool Belongs(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
