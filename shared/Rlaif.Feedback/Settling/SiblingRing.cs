namespace Rlaif.Feedback.Settling;

/// <summary>The responses to one prompt in a ring, each compared with the next: as many pairs as responses, and each response is shown first once and second
/// once. All pairs would be K (K - 1) / 2 questions for K responses.</summary>
public static class SiblingRing
{
    /// <summary>Which of them are compared. Two make one pair, one makes none.</summary>
    public static IReadOnlyList<(int First, int Second)> Pairs(int responses) => responses switch
    {
        < 2 => [],
        2 => [(0, 1)],
        _ => [.. Enumerable.Range(0, responses).Select(i => (i, (i + 1) % responses))],
    };

    /// <summary>What each response is worth: r_i = mean over its pairs of the preference for it, p where it is the first and 1 - p where it is the second. A pair
    /// without a preference does not count; NaN: none of a response's pairs does.</summary>
    /// <param name="responses">How many.</param>
    /// <param name="settled">Pairs with the preference for their first response, 0..1; null: there is none.</param>
    public static IReadOnlyList<float> Rewards(int responses, IEnumerable<(int First, int Second, double? Preference)> settled)
    {
        var said = settled.Where(pair => pair.Preference is not null)
            .SelectMany(pair => new[] { (Of: pair.First, For: pair.Preference!.Value), (Of: pair.Second, For: 1 - pair.Preference.Value) }).ToLookup(one => one.Of, one => one.For);
        return [.. Enumerable.Range(0, responses).Select(i => said[i].Any() ? (float)said[i].Average() : float.NaN)];
    }
}
