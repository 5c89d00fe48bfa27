using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Preference pairs as one batch in which every prompt is computed once: a row is prompt, chosen, rejected, and rejected neither sees
/// chosen nor counts its positions. On HH's pairs that is 0.63 of the tokens.</summary>
/// <param name="Ids">[pairs, time] int64, right padded with id 0.</param>
/// <param name="Positions">[pairs, time] int64: rejected counts on from the prompt.</param>
/// <param name="Parts">[pairs, time] int64: 0 prompt, 1 chosen, 2 rejected and padding.</param>
/// <param name="Asked">All chosen responses, then all rejected ones.</param>
/// <param name="Last">[2 * pairs] int64: the state of each response's last token that is in the batch, in the same order.</param>
internal sealed record PairBatch(Tensor Ids, Tensor Positions, Tensor Parts, AskedTokens Asked, Tensor Last)
{
    /// <summary>For log-probabilities: the last token of a response predicts nothing and is left out.</summary>
    public static PairBatch ForLogProbs(IReadOnlyList<TrainingPair> pairs) => Of(pairs, leftOut: 1);

    /// <summary>For rewards, which stand at the last token.</summary>
    public static PairBatch ForRewards(IReadOnlyList<TrainingPair> pairs) => Of(pairs, leftOut: 0);

    /// <summary>Positions of a pair's row, longest form.</summary>
    public static int Length(TrainingPair pair) => pair.Prompt.Length + pair.Chosen.Length + pair.Rejected.Length;

    /// <summary>States of every position, [pairs * time, hidden].</summary>
    public Tensor Hidden(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        var (pairs, time) = (Ids.shape[0], Ids.shape[1]);
        var (cosines, sines) = model.Rotary.Upto(Positions.max().item<long>() + 1);
        Tensor Table(Tensor ofPositions) => ofPositions.index_select(0, Positions.reshape(-1)).view(pairs, 1, time, -1);
        var mask = Mask();
        return model.Hidden(Ids, Table(cosines), Table(sines), layer => (query, key, value) => model.Layers[layer].Masked(query, key, value, mask))
            .reshape(-1, model.Config.HiddenSize).MoveToOuterDisposeScope();
    }

    /// <summary>[pairs, 1, time, time] f32, added to scores: 0 where a token sees another, -∞ where not. A token sees what is before it in its own
    /// response and in the prompt.</summary>
    private Tensor Mask()
    {
        using var scope = NewDisposeScope();
        var (from, to) = (Parts.unsqueeze(2), Parts.unsqueeze(1));
        var sees = from.eq(to).logical_or(to.eq(0)).tril();
        return zeros(sees.shape).masked_fill(sees.logical_not(), float.NegativeInfinity).unsqueeze(1).MoveToOuterDisposeScope();
    }

    private static PairBatch Of(IReadOnlyList<TrainingPair> pairs, int leftOut)
    {
        var time = pairs.Max(Length) - (2 * leftOut);
        List<(long, long, long)> chosen = [], rejected = [];
        List<long> lastOfChosen = [], lastOfRejected = [];
        int[][] ids = new int[pairs.Count][], positions = new int[pairs.Count][], parts = new int[pairs.Count][];
        for (var i = 0; i < pairs.Count; i++)
        {
            var (prompt, first, second) = (pairs[i].Prompt, pairs[i].Chosen, pairs[i].Rejected);
            var (begin, middle, end) = (prompt.Length, prompt.Length + first.Length - leftOut, Length(pairs[i]) - (2 * leftOut));
            ids[i] = [.. prompt, .. first[..^leftOut], .. second[..^leftOut]];
            positions[i] = [.. Enumerable.Range(0, middle), .. Enumerable.Range(begin, end - middle)];
            parts[i] = [.. Enumerable.Range(0, time).Select(t => t < begin ? 0 : t < middle ? 1 : 2)];
            var row = (long)i * time;
            // The last token of the prompt predicts the first one of both responses.
            chosen.AddRange(first.Select((id, t) => (row + begin + t - 1, (long)id, (long)i)));
            rejected.AddRange(second.Select((id, t) => (row + (t == 0 ? begin : middle + t) - 1, (long)id, (long)pairs.Count + i)));
            lastOfChosen.Add(row + middle - 1);
            lastOfRejected.Add(row + end - 1);
        }

        return new(TokenBatch.Padded(ids, time), TokenBatch.Padded(positions, time), TokenBatch.Padded(parts, time),
            AskedTokens.Of([.. chosen, .. rejected], 2 * pairs.Count), tensor([.. lastOfChosen, .. lastOfRejected]));
    }
}
