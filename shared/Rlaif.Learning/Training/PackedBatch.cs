using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Sequences side by side in rows as long as the longest of them: padding becomes work. A sequence neither sees the others in its row nor counts their
/// positions, so it is a group without a prompt.</summary>
internal static class PackedBatch
{
    /// <summary>Which sequences stand in each row: the longest first, each into the first row with room (first-fit decreasing: at most 11/9 of the fewest
    /// rows, Johnson 1973).</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Rows(IReadOnlyList<int> lengths)
    {
        var (rows, room) = (new List<List<int>>(), new List<int>());
        foreach (var index in Enumerable.Range(0, lengths.Count).OrderByDescending(i => lengths[i]))
        {
            var row = room.FindIndex(left => left >= lengths[index]);
            if (row < 0)
            {
                row = rows.Count;
                rows.Add([]);
                room.Add(lengths.Max());
            }

            rows[row].Add(index);
            room[row] -= lengths[index];
        }

        return rows;
    }

    /// <summary>The sequences in these rows. Asked tokens stand row by row.</summary>
    public static GroupBatch Of(IReadOnlyList<TokenSequence> sequences, IReadOnlyList<IReadOnlyList<int>> rows)
    {
        var time = rows.Max(row => row.Sum(index => sequences[index].Inputs));
        int[][] ids = new int[rows.Count][], positions = new int[rows.Count][], parts = new int[rows.Count][];
        var (asked, last) = (new List<(long, long, long)>(), new long[sequences.Count]);
        for (var row = 0; row < rows.Count; row++)
        {
            List<int> id = [], place = [], part = [];
            foreach (var (at, index) in rows[row].Index())
            {
                var (sequence, begin) = (sequences[index], ((long)row * time) + id.Count);
                id.AddRange(sequence.Ids[..^1]);
                place.AddRange(Enumerable.Range(0, sequence.Inputs));
                part.AddRange(Enumerable.Repeat(at + 1, sequence.Inputs));
                asked.AddRange(Enumerable.Range(1, sequence.Inputs).Where(t => sequence.Asked[t]).Select(t => (begin + t - 1, (long)sequence.Ids[t], (long)index)));
                last[index] = begin + sequence.Inputs - 1;
            }

            (ids[row], positions[row]) = ([.. id], [.. place]);
            parts[row] = [.. part, .. Enumerable.Repeat(rows[row].Count, time - part.Count)];
        }

        return new(TokenBatch.Padded(ids, time), TokenBatch.Padded(positions, time), TokenBatch.Padded(parts, time), AskedTokens.Of(asked, sequences.Count), tensor(last));
    }
}
