using System.Runtime.InteropServices;
using System.Text;

namespace Rlaif.Learning.Text;

/// <summary>Learns a byte-level BPE vocabulary (Sennrich et al. 2016 over bytes, as GPT-2): the most frequent pair of neighbours becomes a
/// token, again and again.</summary>
public static class BpeTraining
{
    private const int MinCount = 2;

    /// <summary>The tokenizer of these texts: ids 0.. are the specials, then 256 bytes, then merges. Words as GPT-2 cuts them, text that
    /// does not begin with a space gets one. Equal texts in any order give equal bytes.</summary>
    /// <param name="texts">Read once.</param>
    /// <param name="vocabulary">Number of ids wanted; there are fewer when no pair occurs twice any more.</param>
    /// <param name="specials">Texts of the special tokens.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary cannot even hold the specials and the bytes.</exception>
    public static Tokenizer Train(IEnumerable<string> texts, int vocabulary, IReadOnlyList<string> specials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, specials.Count + ByteAlphabet.Ordered.Count);
        var step = TokenizerStep.ByteLevel(prefixSpace: true, useRegex: true);
        var ids = new OrderedDictionary<string, int>(vocabulary, StringComparer.Ordinal);
        foreach (var token in specials.Concat(ByteAlphabet.Ordered.Select(symbol => symbol.ToString())))
        {
            ids.Add(token, ids.Count);
        }

        var words = CountWords(texts, new PreTokenizer([PreTokenizer.Gpt2], prefixSpace: true));
        var file = new TokenizerFile
        {
            AddedTokens = [.. specials.Select((text, id) => new AddedToken(id, text, false, false, false, false, Special: true))],
            PreTokenizer = step,
            Decoder = step,
            Model = new() { Merges = Learn(words, ids, vocabulary, specials.Count), Vocab = ids },
        };
        return new(file, file.ToJson(), "the trained tokenizer");
    }

    private static Dictionary<string, long> CountWords(IEnumerable<string> texts, PreTokenizer preTokenizer)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var bySpan = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var text in texts)
        {
            preTokenizer.Each(text, word => CollectionsMarshal.GetValueRefOrAddDefault(bySpan, word, out _)++);
        }

        return counts;
    }

    /// <summary>Appends to <paramref name="ids"/> and gives the merges in order.</summary>
    private static List<Merge> Learn(Dictionary<string, long> counts, OrderedDictionary<string, int> ids, int vocabulary, int specials)
    {
        var pairs = new BpePairs();
        foreach (var (word, count) in counts)
        {
            pairs.Add(Array.ConvertAll(Encoding.UTF8.GetBytes(word), value => ids[ByteAlphabet.Symbol(value).ToString()]), count);
        }

        var merges = new List<Merge>();
        while (ids.Count < vocabulary && pairs.MostFrequent(MinCount) is var (left, right))
        {
            var merge = new Merge(ids.GetAt(left).Key, ids.GetAt(right).Key);
            // Two ways to one text share its id. A text that spells a special token must never become it.
            var id = ids.TryGetValue(merge.Left + merge.Right, out var known) ? known : ids.Count;
            if (id < specials)
            {
                continue;
            }

            ids.TryAdd(merge.Left + merge.Right, id);
            merges.Add(merge);
            pairs.Merge(left, right, id);
        }

        return merges;
    }
}
