using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>A prompt and responses to it, as token ids.</summary>
/// <param name="Prompt">At least one token.</param>
/// <param name="Responses">As many in every group of a batch, at least one token each.</param>
internal sealed record ResponseGroup(int[] Prompt, IReadOnlyList<int[]> Responses)
{
    /// <summary>Positions of the group's row, longest form.</summary>
    public int Length => Prompt.Length + Responses.Sum(response => response.Length);
}

/// <summary>Groups as one batch in which every prompt is computed once: a row is the prompt and then its responses, and a response neither sees the
/// others nor counts their positions. On HH's pairs that is 0.63 of the tokens.</summary>
/// <param name="Ids">[groups, time] int64, right padded with id 0.</param>
/// <param name="Positions">[groups, time] int64: every response counts on from the prompt.</param>
/// <param name="Parts">[groups, time] int64: 0 prompt, n the n-th response; padding belongs to the last.</param>
/// <param name="Asked">The first responses of all groups, then all second ones, and so on: sequence k · groups + i is response k of group i.</param>
/// <param name="Last">[size * groups] int64: the state of each response's last token that is in the batch, in the same order.</param>
internal sealed record GroupBatch(Tensor Ids, Tensor Positions, Tensor Parts, AskedTokens Asked, Tensor Last)
{
    /// <summary>For log-probabilities: the last token of a response predicts nothing and is left out.</summary>
    public static GroupBatch ForLogProbs(IReadOnlyList<ResponseGroup> groups) => Of(groups, leftOut: 1);

    /// <summary>For rewards, which stand at the last token.</summary>
    public static GroupBatch ForRewards(IReadOnlyList<ResponseGroup> groups) => Of(groups, leftOut: 0);

    /// <summary>States of every position, [groups * time, hidden].</summary>
    public Tensor Hidden(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        var (groups, time) = (Ids.shape[0], Ids.shape[1]);
        var (cosines, sines) = model.Rotary.Upto(Positions.max().item<long>() + 1);
        Tensor Table(Tensor ofPositions) => ofPositions.index_select(0, Positions.reshape(-1)).view(groups, 1, time, -1);
        return model.Hidden(Ids, Table(cosines), Table(sines), Mask()).reshape(-1, model.Config.HiddenSize).MoveToOuterDisposeScope();
    }

    /// <summary>[groups, 1, time, time] f32, added to scores: 0 where a token sees another, -∞ where not. A token sees what is before it in its own
    /// response and in the prompt.</summary>
    private Tensor Mask()
    {
        using var scope = NewDisposeScope();
        var (from, to) = (Parts.unsqueeze(2), Parts.unsqueeze(1));
        var sees = from.eq(to).logical_or(to.eq(0)).tril();
        return zeros(sees.shape).masked_fill(sees.logical_not(), float.NegativeInfinity).unsqueeze(1).MoveToOuterDisposeScope();
    }

    private static GroupBatch Of(IReadOnlyList<ResponseGroup> groups, int leftOut)
    {
        var size = groups[0].Responses.Count;
        var time = groups.Max(group => group.Length) - (size * leftOut);
        int[][] ids = new int[groups.Count][], positions = new int[groups.Count][], parts = new int[groups.Count][];
        var asked = new List<(long, long, long)>[size];
        var last = new long[size * groups.Count];
        for (var k = 0; k < size; k++)
        {
            asked[k] = [];
        }

        for (var i = 0; i < groups.Count; i++)
        {
            var (prompt, responses) = groups[i];
            List<int> row = [.. prompt], place = [.. Enumerable.Range(0, prompt.Length)], part = [.. Enumerable.Repeat(0, prompt.Length)];
            for (var k = 0; k < size; k++)
            {
                var (response, begin, sequence) = (responses[k], row.Count, ((long)k * groups.Count) + i);
                row.AddRange(response[..^leftOut]);
                place.AddRange(Enumerable.Range(prompt.Length, response.Length - leftOut));
                part.AddRange(Enumerable.Repeat(k + 1, response.Length - leftOut));
                // The last token of the prompt predicts the first one of every response.
                asked[k].AddRange(response.Select((id, t) => (((long)i * time) + (t == 0 ? prompt.Length : begin + t) - 1, (long)id, sequence)));
                last[sequence] = ((long)i * time) + row.Count - 1;
            }

            (ids[i], positions[i]) = ([.. row], [.. place]);
            parts[i] = [.. part, .. Enumerable.Repeat(size, time - part.Count)];
        }

        return new(TokenBatch.Padded(ids, time), TokenBatch.Padded(positions, time), TokenBatch.Padded(parts, time),
            AskedTokens.Of([.. asked.SelectMany(of => of)], size * groups.Count), tensor(last));
    }
}
