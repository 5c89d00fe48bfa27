using Rlaif.Feedback.Statistics;

namespace Rlaif.Coordinator.Labels;

/// <summary>Which pairs of a prompt's responses are labeled.</summary>
internal static class PairDraws
{
    /// <summary>At most <paramref name="limit"/> of all pairs, drawn without replacement; a revision and its draft always meet. Which of the
    /// two is shown first is drawn too.</summary>
    /// <param name="responses">Ids in a fixed order.</param>
    /// <param name="always">A pair that is taken in any case; null: none.</param>
    public static IReadOnlyList<(Guid First, Guid Second)> Of(IReadOnlyList<Guid> responses, (Guid Draft, Guid Revision)? always, int limit, ulong seed)
    {
        var random = new SplitMix(seed);
        var all = new List<(Guid First, Guid Second)>();
        for (var i = 0; i < responses.Count; i++)
        {
            for (var j = i + 1; j < responses.Count; j++)
            {
                all.Add((responses[i], responses[j]));
            }
        }

        var drawn = new List<(Guid First, Guid Second)>();
        if (always is { } pair)
        {
            all.RemoveAll(other => Same(other, pair));
            drawn.Add(pair);
        }

        while (drawn.Count < limit && all.Count > 0)
        {
            var at = random.Below(all.Count);
            drawn.Add(all[at]);
            all.RemoveAt(at);
        }

        return [.. drawn.Select(one => random.Below(2) == 0 ? one : (one.Second, one.First))];
    }

    /// <summary>Up to <paramref name="limit"/> of some items, drawn without replacement, in their old order.</summary>
    public static IReadOnlyList<T> Keep<T>(IReadOnlyList<T> items, int limit, ulong seed)
    {
        var random = new SplitMix(seed);
        var kept = Enumerable.Range(0, items.Count).ToList();
        while (kept.Count > limit)
        {
            kept.RemoveAt(random.Below(kept.Count));
        }

        return [.. kept.Select(i => items[i])];
    }

    private static bool Same((Guid, Guid) a, (Guid, Guid) b) => a == b || a == (b.Item2, b.Item1);
}
