using System.Buffers.Binary;
using System.Text;
using Rlaif.Recipes;

namespace Rlaif.Learning.Weights;

/// <summary>Reads the head of a GGUF file: little-endian numbers, counted texts, typed values. Nothing is allocated before the file
/// is known to be long enough for it.</summary>
internal sealed class GgufReader(Stream file, string path)
{
    private const int MaxDepth = 8;
    private readonly byte[] scratch = new byte[8];
    private readonly long length = file.Length;     // asks the system every time: half a second for 100 000 texts

    public long Position => file.Position;

    private long Left => length - file.Position;

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A count of things that need at least <paramref name="bytesEach"/> bytes of the file each.</summary>
    public int Count(string what, int bytesEach)
    {
        var count = UInt64();
        return count <= (ulong)(Left / bytesEach) && count <= int.MaxValue ? (int)count
            : throw Broken($"it claims {count} {what}, but {Left} bytes are left");
    }

    public string Text(string what)
    {
        var bytes = new byte[Count($"bytes of {what}", 1)];
        file.ReadExactly(bytes);
        // Model text is untrusted: bad bytes become replacement characters.
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>A value of the type that a number names: a boxed number, bool or text, or an array of one of these.</summary>
    public object Value(uint type, string key, int depth = 0) => type switch
    {
        0 => Take(1)[0],
        1 => (sbyte)Take(1)[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
        3 => BinaryPrimitives.ReadInt16LittleEndian(Take(2)),
        4 => UInt32(),
        5 => BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
        6 => BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        7 => Take(1)[0] switch { 0 => false, 1 => true, var other => throw Broken($"{key} is a bool with the value {other}") },
        8 => Text(key),
        9 => Items(key, depth),
        10 => UInt64(),
        11 => BinaryPrimitives.ReadInt64LittleEndian(Take(8)),
        12 => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
        _ => throw Broken($"{key} has the unknown value type {type}"),
    };

    public InputException Broken(string found) => new($"{path} is not a usable GGUF file: {found}; fetch or convert it again.");

    private object[] Items(string key, int depth)
    {
        if (depth == MaxDepth)
        {
            throw Broken($"{key} holds arrays nested more than {MaxDepth} deep");
        }

        var type = UInt32();
        var size = type switch { 0 or 1 or 7 => 1, 2 or 3 => 2, 4 or 5 or 6 => 4, 9 => 12, _ => 8 };
        var items = new object[Count($"items of {key}", size)];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Value(type, key, depth + 1);
        }

        return items;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (Left < count)
        {
            throw Broken($"it ends at byte {length}, inside its header");
        }

        file.ReadExactly(scratch, 0, count);
        return scratch.AsSpan(0, count);
    }
}
