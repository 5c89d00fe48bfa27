using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
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

/// <summary>Groups as one batch in which every prompt is computed once: a group is a prompt and then its responses, and a response neither sees the others nor
/// counts their positions. On HH's pairs that is 0.63 of the tokens that a row for each response has.</summary>
/// <remarks>Short groups have a row each, right padded. Long ones stand end to end in one row and attend one after the other: no padding is computed, and the
/// work of attention grows with the square of a group, not of the longest. For short ones the calls would cost more than the padding, and on a card for all that are nearly as
/// long as each other.</remarks>
/// <param name="Ids">[rows, time] int64.</param>
/// <param name="Positions">[rows, time] int64: every response counts on from the prompt.</param>
/// <param name="Spans">What attends by itself, along time: tokens, and a mask [rows, 1, tokens, tokens] f32, 0 where a token sees another and -∞ where not; null
/// where each sees all before it.</param>
/// <param name="Asked">The first responses of all groups, then all second ones, and so on: sequence k · groups + i is response k of group i.</param>
/// <param name="Last">[size * groups] int64: the state of each response's last token that is in the batch, in the same order.</param>
internal sealed record GroupBatch(Tensor Ids, Tensor Positions, IReadOnlyList<(int Length, Tensor? Mask)> Spans, AskedTokens Asked, Tensor Last)
{
    /// <summary>Tokens of a short group, at most. The quickstart's DPO, groups of some 40, takes 1.2 times as long end to end.</summary>
    private const int Short = 128;

    /// <summary>For log-probabilities: the last token of a response predicts nothing and is left out.</summary>
    public static GroupBatch ForLogProbs(IReadOnlyList<ResponseGroup> groups) => Of(groups, leftOut: 1);

    /// <summary>For rewards, which stand at the last token.</summary>
    public static GroupBatch ForRewards(IReadOnlyList<ResponseGroup> groups) => Of(groups, leftOut: 0);

    /// <summary>Sequences that share nothing, end to end. Asked tokens stand sequence by sequence.</summary>
    public static GroupBatch Packed(IReadOnlyList<TokenSequence> sequences)
    {
        int[] lengths = [.. sequences.Select(one => one.Inputs)];
        var begins = Begins(lengths);
        var asked = sequences.SelectMany((one, i) => Enumerable.Range(1, one.Inputs).Where(t => one.Asked[t]).Select(t => (begins[i] + t - 1, (long)one.Ids[t], (long)i)));
        Tensor Row(Func<TokenSequence, IEnumerable<int>> of) => tensor(sequences.SelectMany(of).Select(one => (long)one).ToArray()).unsqueeze(0);
        return new(
            Row(one => one.Ids[..^1]), Row(one => Enumerable.Range(0, one.Inputs)), [.. lengths.Select(length => (length, (Tensor?)null))],
            AskedTokens.Of([.. asked], sequences.Count), tensor(lengths.Select((length, i) => begins[i] + length - 1).ToArray()));
    }

    /// <summary>States of every position, [rows * time, hidden].</summary>
    public Tensor Hidden(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        var (rows, time) = (Ids.shape[0], Ids.shape[1]);
        var (cosines, sines) = model.Rotary.Upto(Positions.max().item<long>() + 1);
        Tensor Table(Tensor ofPositions) => ofPositions.index_select(0, Positions.reshape(-1)).view(rows, 1, time, -1);
        return model.Hidden(Ids, Table(cosines), Table(sines), _ => (query, key, value) => DecoderLayer.Within(query, key, value, Spans)).reshape(-1, model.Config.HiddenSize).MoveToOuterDisposeScope();
    }

    private static GroupBatch Of(IReadOnlyList<ResponseGroup> groups, int leftOut)
    {
        var size = groups[0].Responses.Count;
        int[] lengths = [.. groups.Select(group => group.Length - (size * leftOut))];
        var areRows = lengths.Max() <= Short || (TensorDevice.Current == DeviceKind.Cuda && (long)lengths.Max() * groups.Count <= 2L * lengths.Sum());
        var (rows, time) = areRows ? (groups.Count, lengths.Max()) : (1, lengths.Sum());
        var begins = areRows ? [.. lengths.Select((_, i) => (long)i * time)] : Begins(lengths);
        var (ids, positions, parts) = (new long[rows * time], new long[rows * time], new long[rows * time]);
        // Padding belongs to the last part.
        Array.Fill(parts, size);
        var asked = Enumerable.Range(0, size).Select(_ => new List<(long, long, long)>()).ToList();
        var last = new long[size * groups.Count];
        for (var i = 0; i < groups.Count; i++)
        {
            var (prompt, responses) = groups[i];
            var at = begins[i];
            void Add(ReadOnlySpan<int> text, int position, int part)
            {
                foreach (var id in text)
                {
                    (ids[at], positions[at], parts[at]) = (id, position++, part);
                    at++;
                }
            }

            Add(prompt, 0, 0);
            var promptEnd = at - 1;
            for (var k = 0; k < size; k++)
            {
                var (response, begin, sequence) = (responses[k], at, ((long)k * groups.Count) + i);
                Add(response.AsSpan(0, response.Length - leftOut), prompt.Length, k + 1);
                // The last token of the prompt predicts the first one of every response.
                asked[k].AddRange(response.Select((id, t) => (t == 0 ? promptEnd : begin + t - 1, (long)id, sequence)));
                last[sequence] = at - 1;
            }
        }

        var partOf = tensor(parts, rows, time);
        IEnumerable<(int, Tensor?)> spans = areRows
            ? [(time, size == 1 ? null : Mask(partOf))] : lengths.Select((length, i) => (length, size == 1 ? null : Mask(partOf.narrow(1, begins[i], length))));
        return new(tensor(ids, rows, time), tensor(positions, rows, time), [.. spans], AskedTokens.Of([.. asked.SelectMany(of => of)], size * groups.Count), tensor(last));
    }

    private static long[] Begins(int[] lengths)
    {
        var begins = new long[lengths.Length];
        for (var i = 1; i < begins.Length; i++)
        {
            begins[i] = begins[i - 1] + lengths[i - 1];
        }

        return begins;
    }

    /// <summary>A token sees what is before it in its own part and in the prompt.</summary>
    /// <param name="parts">[rows, tokens] int64: 0 prompt, n the n-th response.</param>
    private static Tensor Mask(Tensor parts)
    {
        using var scope = NewDisposeScope();
        var (from, to) = (parts.unsqueeze(2), parts.unsqueeze(1));
        var sees = from.eq(to).logical_or(to.eq(0)).tril();
        return zeros(sees.shape).masked_fill(sees.logical_not(), float.NegativeInfinity).unsqueeze(1).MoveToOuterDisposeScope();
    }
}
