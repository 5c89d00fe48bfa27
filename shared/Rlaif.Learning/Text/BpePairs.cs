using System.Runtime.InteropServices;

namespace Rlaif.Learning.Text;

/// <summary>The words of a training text as token ids, and how often which two stand side by side. A merge touches only the words that
/// hold its pair.</summary>
internal sealed class BpePairs
{
    private readonly List<(int[] Tokens, long Count)> words = [];
    private readonly Dictionary<(int Left, int Right), long> counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> holders = [];

    // Every change of a count queues the pair anew; an entry whose count is no longer the pair's is skipped. Most frequent first, ties by
    // ids, so that no order of words or dictionaries shows.
    private readonly PriorityQueue<((int Left, int Right) Pair, long Count), (long, int, int)> queue = new();
    private readonly HashSet<(int Left, int Right)> changed = [];

    public void Add(int[] tokens, long count)
    {
        words.Add((tokens, count));
        Count(words.Count - 1, sign: 1);
    }

    /// <summary>The pair that occurs most often, and at least that often; none: null. It is not offered again before its count changes.</summary>
    public (int Left, int Right)? MostFrequent(long atLeast)
    {
        foreach (var pair in changed)
        {
            if (counts[pair] is var count && count >= atLeast)
            {
                queue.Enqueue((pair, count), (-count, pair.Left, pair.Right));
            }
        }

        changed.Clear();
        while (queue.TryDequeue(out var next, out _))
        {
            if (next.Count == counts[next.Pair])
            {
                return next.Pair;
            }
        }

        return null;
    }

    /// <summary>Replaces the pair by one token, in every word from left to right.</summary>
    public void Merge(int left, int right, int merged)
    {
        if (!holders.Remove((left, right), out var held))
        {
            return;
        }

        foreach (var index in held)
        {
            Count(index, sign: -1);
            var tokens = words[index].Tokens;
            var kept = new List<int>(tokens.Length);
            for (var i = 0; i < tokens.Length; i++)
            {
                var matches = i + 1 < tokens.Length && tokens[i] == left && tokens[i + 1] == right;
                kept.Add(matches ? merged : tokens[i]);
                i += matches ? 1 : 0;
            }

            words[index] = ([.. kept], words[index].Count);
            Count(index, sign: 1);
        }
    }

    private void Count(int index, int sign)
    {
        var (tokens, count) = words[index];
        for (var i = 0; i + 1 < tokens.Length; i++)
        {
            var pair = (tokens[i], tokens[i + 1]);
            CollectionsMarshal.GetValueRefOrAddDefault(counts, pair, out _) += sign * count;
            changed.Add(pair);
            if (sign > 0)
            {
                var holding = CollectionsMarshal.GetValueRefOrAddDefault(holders, pair, out _) ??= [];
                holding.Add(index);
            }
        }
    }
}
