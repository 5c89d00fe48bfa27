using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Sampling;

/// <summary>Keys and values of the tokens so far, one row for each response under way.</summary>
/// <remarks>A token lies at its position, so a row begins at 0 and ends at its own length; what lies beyond is finite and masked.
/// One tensor for each layer: growing needs room for a second copy of one layer only.</remarks>
internal sealed class KeyValueCache(ModelConfig config) : IDisposable
{
    private const long Block = 64;
    private readonly Tensor?[] keys = new Tensor?[config.Layers];                   // per layer [rows, key/value heads, time, width]
    private readonly Tensor?[] values = new Tensor?[config.Layers];
    private readonly List<long> lengths = [];
    private long room;

    /// <summary>Makes room for rows of that length and the first tokens after it.</summary>
    public void Open(int rows, long length)
    {
        lengths.AddRange(Enumerable.Repeat(0L, rows));
        Grow(length + 1);
    }

    /// <summary>Attention of prompts [prompts, ..], causal; each row from <paramref name="first"/> on receives keys and values of the prompt
    /// that <paramref name="promptOfRow"/> [rows] names.</summary>
    public Attention Prompts(int index, int first, Tensor promptOfRow) => (query, key, value) =>
    {
        void Store(Tensor cache, Tensor states) =>
            cache.narrow(0, first, promptOfRow.shape[0]).narrow(2, 0, states.shape[2]).copy_(states.index_select(0, promptOfRow));
        Store(keys[index]!, key);
        Store(values[index]!, value);
        return DecoderLayer.Causal(query, key, value);
    };

    /// <summary>The number of tokens that a row holds after a prefill.</summary>
    public void Hold(int row, long length) => lengths[row] = length;

    /// <summary>Per layer [rows, key/value heads, room, width]; those of the rows under way come first.</summary>
    public (Tensor[] Keys, Tensor[] Values) Whole() =>
        ([.. keys.Select(cache => cache!.narrow(0, 0, lengths.Count))], [.. values.Select(cache => cache!.narrow(0, 0, lengths.Count))]);

    /// <summary>Makes place for one more token in each row; whoever stores it looks at <see cref="Whole"/>.</summary>
    /// <returns>[rows] int64, and a mask over all the room there is: [rows, 1, 1, room].</returns>
    public (Tensor Positions, Tensor Mask) NextInWhole()
    {
        var positions = Advance();
        return (positions, MaskBeyond(positions, room));
    }

    /// <summary>Makes place for one more token in each row.</summary>
    public CacheStep Next()
    {
        var positions = Advance();
        var slots = new long[lengths.Count * config.KeyValueHeads];                 // rows of the cache seen as [.., width]
        for (var slot = 0; slot < slots.Length; slot++)
        {
            slots[slot] = (slot * room) + lengths[slot / config.KeyValueHeads] - 1;
        }

        return new(positions, tensor(slots), MaskBeyond(positions, lengths.Max()));
    }

    /// <summary>Attention of one new token in each row over its row.</summary>
    public Attention Rows(int index, CacheStep step) => (query, key, value) =>
    {
        var (rows, time) = (query.shape[0], step.Mask.shape[^1]);
        Tensor Stored(Tensor cache, Tensor state)
        {
            cache.view(-1, config.HeadDim).index_copy_(0, step.Slots, state.reshape(-1, config.HeadDim));
            return cache.narrow(0, 0, rows).narrow(2, 0, time);
        }

        // The query heads of a key/value head are its queries: nothing is repeated. For so few queries two matrix products are up to
        // 1.25 times as fast as the flash kernel, never slower.
        var grouped = query.reshape(rows, config.KeyValueHeads, config.Heads / config.KeyValueHeads, config.HeadDim);
        var scores = matmul(grouped * (1 / Math.Sqrt(config.HeadDim)), Stored(keys[index]!, key).transpose(-2, -1)).add_(step.Mask);
        return matmul(scores.softmax(-1), Stored(values[index]!, value)).view(query.shape);
    };

    /// <summary>Drops the rows that are not named. One that is named at another place than its own must come from beyond the last place.</summary>
    public void Keep(IReadOnlyList<int> rows)
    {
        var moved = Enumerable.Range(0, rows.Count).Where(place => rows[place] != place).ToArray();
        if (moved.Length > 0)
        {
            using var scope = NewDisposeScope();
            var (from, to) = (tensor([.. moved.Select(place => (long)rows[place])]), tensor([.. moved.Select(place => (long)place)]));
            var time = moved.Max(place => lengths[rows[place]]);
            foreach (var cache in keys.Concat(values))
            {
                var used = cache!.narrow(2, 0, time);
                used.index_copy_(0, to, used.index_select(0, from));
            }
        }

        long[] kept = [.. rows.Select(row => lengths[row])];
        lengths.Clear();
        lengths.AddRange(kept);
    }

    public void Dispose()
    {
        foreach (var cache in keys.Concat(values))
        {
            cache?.Dispose();
        }
    }

    // One more token in each row; where it goes.
    private Tensor Advance()
    {
        var time = lengths.Max() + 1;
        if (time > room)
        {
            Grow(time);
        }

        var positions = tensor(lengths.ToArray());                                  // [rows]
        for (var row = 0; row < lengths.Count; row++)
        {
            lengths[row]++;
        }

        return positions;
    }

    private static Tensor MaskBeyond(Tensor positions, long time)
    {
        var beyond = arange(time).unsqueeze(0) > positions.unsqueeze(1);
        return zeros(beyond.shape).masked_fill_(beyond, float.NegativeInfinity).view(-1, 1, 1, time);
    }

    private void Grow(long time)
    {
        var before = room;
        room = (time + Block - 1) / Block * Block;
        foreach (var side in new[] { keys, values })
        {
            for (var layer = 0; layer < side.Length; layer++)
            {
                // Zeros, not whatever memory holds: a masked weight of 0 times NaN would be NaN.
                var wider = zeros(lengths.Count, config.KeyValueHeads, room, config.HeadDim).DetachFromDisposeScope();
                if (side[layer] is { } old)
                {
                    wider.narrow(2, 0, before).copy_(old.narrow(0, 0, lengths.Count));
                    old.Dispose();
                }

                side[layer] = wider;
            }
        }
    }
}

/// <summary>Where one more token of each row goes.</summary>
/// <param name="Positions">[rows] int64.</param>
/// <param name="Slots">[rows · key/value heads] int64, into the cache seen as [.., width].</param>
/// <param name="Mask">[rows, 1, 1, time]: 0 up to the new token, -∞ beyond.</param>
internal sealed record CacheStep(Tensor Positions, Tensor Slots, Tensor Mask);
