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

/// <summary>Sequences as one batch.</summary>
/// <param name="Ids">[batch, time] int64; the end is padded with id 0, which no token before it sees.</param>
/// <param name="Asked">Sequence by sequence.</param>
internal sealed record TokenBatch(Tensor Ids, AskedTokens Asked)
{
    public static TokenBatch Of(IReadOnlyList<TokenSequence> sequences)
    {
        var time = sequences.Max(s => s.Inputs);
        var asked = new List<(long, long, long)>();
        for (var i = 0; i < sequences.Count; i++)
        {
            for (var t = 1; t < sequences[i].Ids.Length; t++)
            {
                if (sequences[i].Asked[t])
                {
                    asked.Add((((long)i * time) + t - 1, sequences[i].Ids[t], i));
                }
            }
        }

        return new(Padded([.. sequences.Select(s => s.Ids[..^1])], time), AskedTokens.Of(asked, sequences.Count));
    }

    /// <summary>Rows filled up with id 0, [rows, time] int64.</summary>
    public static Tensor Padded(IReadOnlyList<int[]> rows, int time)
    {
        var padded = new long[rows.Count * time];
        for (var i = 0; i < rows.Count; i++)
        {
            for (var t = 0; t < rows[i].Length; t++)
            {
                padded[(i * time) + t] = rows[i][t];
            }
        }

        return tensor(padded, rows.Count, time);
    }

    /// <summary>States of every position, [batch * time, hidden].</summary>
    public Tensor Hidden(LanguageModel model)
    {
        using var scope = NewDisposeScope();
        return model.Hidden(Ids).reshape(-1, model.Config.HiddenSize).MoveToOuterDisposeScope();
    }
}
