using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>A prompt and responses to it, as token ids.</summary>
/// <param name="Prompt">At least one token.</param>
/// <param name="Responses">As many in every group of a batch, at least one token each.</param>
internal sealed record ResponseGroup(int[] Prompt, IReadOnlyList<int[]> Responses)
{
    /// <summary>Tokens of the group, the last ones of its responses included.</summary>
    public int Length => Prompt.Length + Responses.Sum(response => response.Length);
}

/// <summary>Groups as one batch in which every prompt is computed once and nothing is padded: the groups stand end to end, each a prompt and then its
/// responses, and a response neither sees the others nor counts their positions. On HH's pairs that is 0.63 of the tokens that a row for each response has.</summary>
/// <param name="Ids">[tokens] int64.</param>
/// <param name="Positions">[tokens] int64: every response counts on from the prompt.</param>
/// <param name="Groups">Tokens of each group, and its mask: [1, 1, group, group] f32, 0 where a token sees another and -∞ where not; null where each sees
/// all before it.</param>
/// <param name="Asked">The first responses of all groups, then all second ones, and so on: sequence k · groups + i is response k of group i.</param>
/// <param name="Last">[size * groups] int64: the state of each response's last token that is in the batch, in the same order.</param>
internal sealed record GroupBatch(Tensor Ids, Tensor Positions, IReadOnlyList<(int Length, Tensor? Mask)> Groups, AskedTokens Asked, Tensor Last)
{
    /// <summary>For log-probabilities: the last token of a response predicts nothing and is left out.</summary>
    public static GroupBatch ForLogProbs(IReadOnlyList<ResponseGroup> groups) => Of(groups, leftOut: 1);

    /// <summary>For rewards, which stand at the last token.</summary>
    public static GroupBatch ForRewards(IReadOnlyList<ResponseGroup> groups) => Of(groups, leftOut: 0);

    /// <summary>For sequences that share nothing. Asked tokens stand sequence by sequence.</summary>
    public static GroupBatch Packed(IReadOnlyList<TokenSequence> sequences)
    {
        var ends = new long[sequences.Count];
        for (var i = 0; i < ends.Length; i++)
        {
            ends[i] = (i == 0 ? 0 : ends[i - 1]) + sequences[i].Inputs;
        }

        var asked = sequences.SelectMany((one, i) => Enumerable.Range(1, one.Inputs).Where(t => one.Asked[t]).Select(t => (ends[i] - one.Inputs + t - 1, (long)one.Ids[t], (long)i)));
        return new(
            tensor(sequences.SelectMany(one => one.Ids[..^1]).Select(id => (long)id).ToArray()), tensor(sequences.SelectMany(one => Enumerable.Range(0, one.Inputs)).Select(t => (long)t).ToArray()),
            [.. sequences.Select(one => (one.Inputs, (Tensor?)null))], AskedTokens.Of([.. asked], sequences.Count), tensor(ends) - 1);
    }

    /// <summary>States of every position, [tokens, hidden].</summary>
    public Tensor Hidden(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        var (cosines, sines) = model.Rotary.Upto(Positions.max().item<long>() + 1);
        Tensor Table(Tensor ofPositions) => ofPositions.index_select(0, Positions).view(1, 1, Positions.shape[0], -1);
        return model.Hidden(Ids.unsqueeze(0), Table(cosines), Table(sines), layer => Within(model.Layers[layer])).squeeze(0).MoveToOuterDisposeScope();
    }

    /// <summary>A token sees what is before it in its own response and in the prompt.</summary>
    /// <param name="prompt">Tokens of the prompt.</param>
    /// <param name="responses">Tokens of each response.</param>
    public static Tensor? Mask(int prompt, IReadOnlyList<int> responses)
    {
        if (responses.Count == 1)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        // 0 prompt, n the n-th response.
        var parts = tensor([.. Enumerable.Repeat(0L, prompt), .. responses.SelectMany((length, k) => Enumerable.Repeat(k + 1L, length))]);
        var (from, to) = (parts.unsqueeze(1), parts.unsqueeze(0));
        var sees = from.eq(to).logical_or(to.eq(0)).tril();
        return zeros(1, 1, sees.shape[0], sees.shape[1]).masked_fill(sees.logical_not(), float.NegativeInfinity).MoveToOuterDisposeScope();
    }

    // A group at a time: the work of attention grows with the square of what sees one another.
    private Attention Within(DecoderLayer layer)
    {
        var lengths = Groups.Select(group => (long)group.Length).ToArray();
        return (query, key, value) =>
        {
            using var scope = NewDisposeScope();
            Tensor[] Split(Tensor x) => x.split(lengths, 2);
            var (queries, keys, values) = (Split(query), Split(key), Split(value));
            var mixed = Groups.Select((group, i) => group.Mask is { } mask
                ? layer.Masked(queries[i], keys[i], values[i], mask) : layer.Causal(queries[i], keys[i], values[i]));
            // [1, time, heads, width] in memory: what comes next wants the heads of a token side by side.
            return cat([.. mixed.Select(one => one.transpose(1, 2))], 1).transpose(1, 2).MoveToOuterDisposeScope();
        };
    }

    private static GroupBatch Of(IReadOnlyList<ResponseGroup> groups, int leftOut)
    {
        var size = groups[0].Responses.Count;
        List<long> ids = [], positions = [];
        var asked = Enumerable.Range(0, size).Select(_ => new List<(long, long, long)>()).ToList();
        var last = new long[size * groups.Count];
        foreach (var (i, (prompt, responses)) in groups.Index())
        {
            var promptEnd = ids.Count + prompt.Length - 1;
            Add(prompt, at: 0);
            for (var k = 0; k < size; k++)
            {
                var (response, begin, sequence) = (responses[k], ids.Count, ((long)k * groups.Count) + i);
                Add(response[..^leftOut], at: prompt.Length);
                // The last token of the prompt predicts the first one of every response.
                asked[k].AddRange(response.Select((id, t) => (t == 0 ? promptEnd : begin + t - 1L, (long)id, sequence)));
                last[sequence] = ids.Count - 1;
            }
        }

        void Add(int[] text, int at)
        {
            ids.AddRange(text.Select(id => (long)id));
            positions.AddRange(text.Select((_, t) => (long)at + t));
        }

        (int, Tensor?) Shape(ResponseGroup group)
        {
            int[] lengths = [.. group.Responses.Select(response => response.Length - leftOut)];
            return (group.Prompt.Length + lengths.Sum(), Mask(group.Prompt.Length, lengths));
        }

        return new(tensor(ids.ToArray()), tensor(positions.ToArray()), [.. groups.Select(Shape)], AskedTokens.Of([.. asked.SelectMany(of => of)], size * groups.Count), tensor(last));
    }
}
