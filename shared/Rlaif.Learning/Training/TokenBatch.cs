using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>A text as token ids and which of them are asked for (a response, with its end token).</summary>
/// <param name="Ids">[time].</param>
/// <param name="Asked">[time]; the first is ignored: nothing predicts it.</param>
internal sealed record TokenSequence(int[] Ids, bool[] Asked)
{
    /// <summary>Asked for is all that follows the prompt.</summary>
    public static TokenSequence Of(int[] prompt, int[] response) =>
        new([.. prompt, .. response], [.. Enumerable.Repeat(false, prompt.Length), .. Enumerable.Repeat(true, response.Length)]);

    /// <summary>Tokens that go through the decoder: the last one predicts nothing.</summary>
    public int Inputs => Ids.Length - 1;

    /// <summary>Tokens that are asked for.</summary>
    public int Targets => Asked.AsSpan(1).Count(true);
}

/// <summary>Sequences as one right-padded batch. Only positions that predict an asked token go through the head: on a small model the head is
/// a third of a step.</summary>
/// <param name="Ids">[batch, time] int64; the end is padded with id 0, which no token before it sees.</param>
/// <param name="Rows">[asked] int64: which of the batch · time states predicts each asked token.</param>
/// <param name="Targets">[asked] int64: the asked tokens, sequence by sequence.</param>
/// <param name="Sequences">[asked] int64: whose they are.</param>
internal sealed record TokenBatch(Tensor Ids, Tensor Rows, Tensor Targets, Tensor Sequences)
{
    public static TokenBatch Of(IReadOnlyList<TokenSequence> sequences)
    {
        var time = sequences.Max(s => s.Inputs);
        List<long> rows = [], targets = [], owners = [];
        for (var i = 0; i < sequences.Count; i++)
        {
            var (ids, asked) = sequences[i];
            for (var t = 1; t < ids.Length; t++)
            {
                if (asked[t])
                {
                    rows.Add(((long)i * time) + t - 1);
                    targets.Add(ids[t]);
                    owners.Add(i);
                }
            }
        }

        return new(Padded(sequences, s => s.Ids, time), tensor(rows), tensor(targets), tensor(owners));
    }

    /// <summary>The first <paramref name="time"/> ids of each item, [items, time] int64.</summary>
    public static Tensor Padded<T>(IReadOnlyList<T> items, Func<T, int[]> ids, int time)
    {
        var padded = new long[items.Count * time];
        for (var i = 0; i < items.Count; i++)
        {
            var row = ids(items[i]);
            for (var t = 0; t < Math.Min(row.Length, time); t++)
            {
                padded[(i * time) + t] = row[t];
            }
        }

        return tensor(padded, items.Count, time);
    }

    /// <summary>Logits for the asked tokens, [asked, vocabulary].</summary>
    public Tensor Logits(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        var states = model.Hidden(Ids).reshape(-1, model.Config.HiddenSize).index_select(0, Rows);
        return model.Logits(states).MoveToOuterDisposeScope();
    }

    /// <summary>Log-probabilities of the asked tokens, [asked], nats per token.</summary>
    public Tensor LogProbs(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        return TokenLogProbs.Of(Logits(model), Targets).MoveToOuterDisposeScope();
    }

    /// <summary>Their sums, [batch], nats per sequence; added token by token, so that the rest of the batch does not change the order.</summary>
    public Tensor SequenceLogProbs(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        return zeros(Ids.shape[0]).index_add(0, Sequences, LogProbs(model), 1).MoveToOuterDisposeScope();
    }
}
