namespace Rlaif.Recipes;

/// <summary>What somebody who misspelled a key probably meant.</summary>
public static class Nearest
{
    /// <summary>The word that <paramref name="typed"/> was probably meant to be; null when none is near.</summary>
    /// <remarks>Edit distance (Levenshtein 1966) without case, underscores and hyphens; near is a third of the word.</remarks>
    public static string? Of(string typed, IEnumerable<string> words) =>
        words.Select(word => (Word: word, Distance: Distance(Plain(typed), Plain(word))))
            .Where(near => near.Distance <= Math.Max(1, Math.Max(near.Word.Length, typed.Length) / 3))
            .OrderBy(near => near.Distance)
            .Select(near => near.Word)
            .FirstOrDefault();

    private static string Plain(string word) => new([.. word.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]);

    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
