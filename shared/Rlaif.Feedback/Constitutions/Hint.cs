using Rlaif.Recipes;

namespace Rlaif.Feedback.Constitutions;

/// <summary>What an error says of a key that is not known.</summary>
internal static class Hint
{
    /// <summary>" (did you mean X?)", or the list of what there is when nothing is near.</summary>
    public static string For(string word, IEnumerable<string> known)
    {
        var all = known.Order(StringComparer.Ordinal).ToList();
        return Nearest.Of(word, all) is { } near ? $" (did you mean {near}?)" : $" (there are {string.Join(", ", all)})";
    }
}
