using Rlaif.Learning.Sampling;

namespace Rlaif.Learning.Training;

/// <summary>Which examples make a batch: a pure function of seed, epoch and lengths.</summary>
internal static class BatchOrder
{
    // Wide enough to find neighbours of like length, narrow enough that every step still sees a fair draw.
    private const int BatchesOfAChunk = 8;

    /// <summary>All batches of one epoch. Shuffled, then sorted by length within chunks of eight batches (a batch pads to its longest), then
    /// the batches of a chunk are shuffled: short ones do not come first.</summary>
    /// <returns>Indices; every example once, the last chunk's batch of the longest may be smaller.</returns>
    public static IEnumerable<int[]> Epoch(IReadOnlyList<int> lengths, int batch, ulong seed, int epoch) =>
        Epoch(lengths, batch * BatchesOfAChunk, sorted => sorted.Chunk(batch), new(seed, (ulong)epoch));

    /// <summary>The same with batches of at most <paramref name="tokens"/> padded tokens.</summary>
    /// <param name="chunk">Examples that are sorted together.</param>
    public static IEnumerable<int[]> Epoch(IReadOnlyList<int> lengths, int tokens, int chunk, ulong seed, int epoch) =>
        Epoch(lengths, chunk, sorted => Filled(sorted, lengths, tokens), new(seed, (ulong)epoch));

    /// <summary>Batches by length, the shortest first, for work whose order does not matter: each holds at most <paramref name="tokens"/> padded
    /// tokens, or one example.</summary>
    public static IEnumerable<int[]> ByLength(IReadOnlyList<int> lengths, int tokens) =>
        Filled(Enumerable.Range(0, lengths.Count).OrderBy(i => lengths[i]), lengths, tokens);

    private static IEnumerable<int[]> Epoch(
        IReadOnlyList<int> lengths, int chunk, Func<IEnumerable<int>, IEnumerable<int[]>> cut, RandomStream random) =>
        Shuffled([.. Enumerable.Range(0, lengths.Count)], random).Chunk(chunk)
            .SelectMany(part => Shuffled([.. cut(part.OrderBy(i => lengths[i]))], random));

    private static IEnumerable<int[]> Filled(IEnumerable<int> sorted, IReadOnlyList<int> lengths, int tokens)
    {
        var batch = new List<int>();
        foreach (var index in sorted)
        {
            if (batch.Count > 0 && (batch.Count + 1) * lengths[index] > tokens)
            {
                yield return [.. batch];
                batch.Clear();
            }

            batch.Add(index);
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }
    }

    // Fisher and Yates, from the back.
    public static T[] Shuffled<T>(T[] items, RandomStream random)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = (int)(random.NextDouble() * (last + 1));
            (items[last], items[other]) = (items[other], items[last]);
        }

        return items;
    }
}
