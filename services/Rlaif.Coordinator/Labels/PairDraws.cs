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
    public static IReadOnlyList<T> Keep<T>(IReadOnlyList<T> items, int limit, ulong seed) => [.. Places(items.Count, limit, seed).Select(place => items[place])];

    /// <summary>The places of up to <paramref name="limit"/> of <paramref name="count"/> items, drawn without replacement, in their order:
    /// one after the other is taken away of those that are left.</summary>
    public static IReadOnlyList<int> Places(int count, int limit, ulong seed)
    {
        var random = new SplitMix(seed);
        var left = new Remaining(count);
        while (left.Count > limit)
        {
            left.Remove(random.Below(left.Count));
        }

        return left.All();
    }

    private static bool Same((Guid, Guid) a, (Guid, Guid) b) => a == b || a == (b.Item2, b.Item1);

    /// <summary>Places that are left, of which the k-th is found and removed in logarithmic time (a Fenwick tree of ones).</summary>
    private sealed class Remaining(int count)
    {
        private readonly int[] ones = [.. Enumerable.Range(0, count + 1).Select(i => i & -i)];
        private readonly System.Collections.BitArray removed = new(count);

        public int Count { get; private set; } = count;

        public void Remove(int k)
        {
            var place = 0;
            for (var step = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)ones.Length); step > 0; step >>= 1)
            {
                if (place + step < ones.Length && ones[place + step] <= k)
                {
                    k -= ones[place += step];
                }
            }

            removed[place] = true;
            Count--;
            for (var i = place + 1; i < ones.Length; i += i & -i)
            {
                ones[i]--;
            }
        }

        public IReadOnlyList<int> All() => [.. Enumerable.Range(0, removed.Length).Where(place => !removed[place])];
    }
}
