using System.Collections.Concurrent;
using System.Text;
using Rlaif.Recipes;

namespace Rlaif.Learning.Text;

/// <summary>Byte-pair encoding of one word: starts from its bytes and merges neighbours, the earliest learnt pair first. Safe on several
/// threads at once.</summary>
internal sealed class BpeMerges
{
    // Natural text repeats its words: both bounds hold nearly all of it in some ten megabytes.
    private const int CachedWords = 1 << 16;
    private const int CachedLength = 64;

    private readonly int[] byteIds = new int[256];
    private readonly Dictionary<long, (int Rank, int Id)> pairs;
    private readonly OrderedDictionary<string, int>? wholeWords;
    private readonly IReadOnlySet<int> specials;
    private readonly ConcurrentDictionary<string, int[]> cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> cached;
    private int cachedWords;

    /// <param name="model">Vocabulary and merges.</param>
    /// <param name="specials">Ids that no text may merge into, whatever the merges say.</param>
    /// <param name="origin">Named in errors.</param>
    /// <exception cref="InputException">A merge speaks of a token that is not there.</exception>
    public BpeMerges(TokenizerModel model, IReadOnlySet<int> specials, string origin)
    {
        var vocabulary = model.Vocab!;
        for (var value = 0; value < byteIds.Length; value++)
        {
            // SmolLM2 has no token for some control characters: they are left out, as the library leaves them out.
            byteIds[value] = vocabulary.GetValueOrDefault(ByteAlphabet.Symbol((byte)value).ToString(), -1);
        }

        pairs = new(model.Merges!.Count);
        for (var rank = 0; rank < model.Merges.Count; rank++)
        {
            var (left, right) = model.Merges[rank];
            var merged = left + right;
            if (!vocabulary.TryGetValue(left, out var leftId) || !vocabulary.TryGetValue(right, out var rightId) ||
                !vocabulary.TryGetValue(merged, out var id))
            {
                throw new InputException($"{origin} cannot be used: its merge of {left} and {right} speaks of a token that is not in " +
                    "the vocabulary; fetch or convert it again.");
            }

            if (!specials.Contains(id))
            {
                pairs[Pair(leftId, rightId)] = (rank, id);
            }
        }

        wholeWords = model.IgnoreMerges ? vocabulary : null;
        this.specials = specials;
        cached = cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Adds the ids of one word.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (!cached.TryGetValue(word, out var found))
        {
            found = Merge(word);
            if (word.Length <= CachedLength && Volatile.Read(ref cachedWords) < CachedWords && cached.TryAdd(word, found))
            {
                Interlocked.Increment(ref cachedWords);
            }
        }

        ids.AddRange(found);
    }

    private static long Pair(int left, int right) => ((long)left << 32) | (uint)right;

    private int[] Merge(ReadOnlySpan<char> word)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        if (wholeWords is not null && wholeWords.TryGetValue(ByteAlphabet.Spell(bytes), out var whole) && !specials.Contains(whole))
        {
            return [whole];
        }

        // A linked list of symbols and a queue by (rank, position): n log n, also for a megabyte without a space.
        var symbols = Array.FindAll(Array.ConvertAll(bytes, value => byteIds[value]), id => id >= 0);
        var next = new int[symbols.Length];
        var previous = new int[symbols.Length];
        var queue = new PriorityQueue<(int Position, int Merged), long>(symbols.Length);
        for (var i = 0; i < symbols.Length; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1);
            Offer(i);
        }

        while (queue.TryDequeue(out var merge, out _))
        {
            var (at, merged) = merge;
            if (symbols[at] < 0 || Neighbours(at) is not { } now || now.Id != merged)
            {
                continue;   // an earlier merge took one of the two
            }

            symbols[at] = merged;
            symbols[next[at]] = -1;
            next[at] = next[next[at]];
            if (next[at] < symbols.Length)
            {
                previous[next[at]] = at;
                Offer(at);
            }

            if (previous[at] >= 0)
            {
                Offer(previous[at]);
            }
        }

        return Array.FindAll(symbols, id => id >= 0);

        (int Rank, int Id)? Neighbours(int at) =>
            next[at] < symbols.Length && pairs.TryGetValue(Pair(symbols[at], symbols[next[at]]), out var pair) ? pair : null;

        void Offer(int at)
        {
            if (Neighbours(at) is { } pair)
            {
                queue.Enqueue((at, pair.Id), ((long)pair.Rank << 32) | (uint)at);
            }
        }
    }
}
