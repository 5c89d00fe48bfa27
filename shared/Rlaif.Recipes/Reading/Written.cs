using System.Globalization;

namespace Rlaif.Recipes.Reading;

/// <summary>How values and words stand in an error.</summary>
internal static class Written
{
    /// <summary>A number without exponent.</summary>
    public static string Number(double value) => value.ToString("0.############", CultureInfo.InvariantCulture);

    /// <summary>What a user wrote, on one line and not too long.</summary>
    public static string Short(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
        return line.Length == 0 ? "empty" : line.Length <= 60 ? line : line[..60] + "…";
    }

    /// <summary><c>a, b or c</c>.</summary>
    public static string Either(IReadOnlyList<string> words) =>
        words.Count == 1 ? words[0] : $"{string.Join(", ", words.Take(words.Count - 1))} or {words[^1]}";
}
