namespace Rlaif.Feedback.Constitutions;

/// <summary>What somebody who misspelled a key probably meant.</summary>
internal static class Nearest
{
    /// <summary>" (did you mean X?)", or the list of what there is when nothing is near.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        var all = known.Order(StringComparer.Ordinal).ToList();
        var near = all.MinBy(candidate => Distance(word, candidate));
        return near is not null && Distance(word, near) <= Math.Max(2, near.Length / 3)
            ? $" (did you mean {near}?)"
            : $" (there are {string.Join(", ", all)})";
    }

    // Levenshtein 1966; keys are compared without case.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(diagonal + (same ? 0 : 1), Math.Min(row[j], row[j - 1]) + 1));
            }
        }

        return row[^1];
    }
}
