namespace Rlaif.Learning.Weights;

/// <summary>The list of tensors in the head of a GGUF file.</summary>
internal static class GgufTensorList
{
    // llama.cpp's limit.
    private const uint MaxDimensions = 4;

    public static IReadOnlyList<GgufTensor> Read(GgufReader reader, int count, long alignment, long fileLength)
    {
        var entries = new List<GgufTensor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            entries.Add(Entry(reader, alignment));
            if (!names.Add(entries[i].Name))
            {
                throw reader.Broken($"tensor {entries[i].Name} is in it twice");
            }
        }

        var dataStart = (reader.Position + alignment - 1) / alignment * alignment;
        return Placed(reader, entries, dataStart, fileLength);
    }

    private static GgufTensor Entry(GgufReader reader, long alignment)
    {
        var name = reader.Text("a tensor name");
        var dimensions = reader.UInt32();
        if (dimensions > MaxDimensions)
        {
            throw reader.Broken($"tensor {name} has {dimensions} dimensions, at most {MaxDimensions} are possible");
        }

        var shape = new long[dimensions];
        UInt128 values = 1;
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            var size = reader.UInt64();
            values *= size;
            if (size is 0 or > int.MaxValue || values > long.MaxValue / 8)
            {
                throw reader.Broken($"tensor {name} has a dimension of {size}, which no tensor can have");
            }

            shape[d] = (long)size;
        }

        var number = reader.UInt32();
        var type = GgufType.Of(number) ?? throw reader.Broken($"tensor {name} has the type {number}, which is not supported");
        var row = shape.Length == 0 ? 1 : shape[^1];
        if (row % type.BlockSize != 0)
        {
            throw reader.Broken($"tensor {name} has rows of {row} values, which are not whole blocks of {type.BlockSize} ({type.Name})");
        }

        var offset = reader.UInt64();
        return offset <= long.MaxValue / 4 && (long)offset % alignment == 0
            ? new(name, type, shape, (long)offset, (long)values / type.BlockSize * type.BlockBytes)
            : throw reader.Broken($"tensor {name} begins at offset {offset}, which is out of range or no multiple of {alignment}");
    }

    private static IReadOnlyList<GgufTensor> Placed(GgufReader reader, List<GgufTensor> entries, long dataStart, long fileLength)
    {
        GgufTensor? before = null;
        foreach (var tensor in entries.OrderBy(t => t.Offset))
        {
            if (before is not null && tensor.Offset < before.Offset + before.Bytes)
            {
                throw reader.Broken($"tensors {before.Name} and {tensor.Name} overlap");
            }

            if (tensor.Bytes > fileLength - dataStart - tensor.Offset)
            {
                throw reader.Broken($"tensor {tensor.Name} ends after the end of the file; the file is cut or damaged");
            }

            before = tensor;
        }

        return [.. entries.Select(t => t with { Offset = dataStart + t.Offset })];
    }
}
