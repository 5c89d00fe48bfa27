using System.Buffers.Binary;
using System.Text.Json;
using Rlaif.Recipes;
using static TorchSharp.torch;

namespace Rlaif.Learning.Weights;

/// <summary>One tensor's place: bytes <see cref="Begin"/> to <see cref="End"/> after the header.</summary>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, long[] Shape, long Begin, long End);

/// <summary>What stands before the data. Entries are sorted by where they begin and cover the data without gap or overlap.</summary>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata, long DataStart)
{
    // The reference implementation's limit.
    private const long MaxBytes = 100_000_000;

    private static readonly (string Name, ScalarType Type, int Bytes)[] Types =
    [
        ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2), ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read {path}: {error.Message}", error);
        }
    }

    /// <exception cref="InputException">Anything that does not fit.</exception>
    public static SafetensorsHeader Read(FileStream file, string path)
    {
        Span<byte> eight = stackalloc byte[8];
        if (file.Length < 8)
        {
            throw Broken(path, $"it has {file.Length} bytes, too few for a header");
        }

        file.ReadExactly(eight);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(eight);
        if (length > MaxBytes || (long)length > file.Length - 8)
        {
            throw Broken(path, $"its header claims {length} bytes, the file has {file.Length}");
        }

        var bytes = new byte[length];
        file.ReadExactly(bytes);
        try
        {
            // Duplicate names: a reader that keeps the last one would load other weights than one that keeps the first.
            using var json = JsonDocument.Parse(bytes, new() { AllowDuplicateProperties = false });
            return Parse(json.RootElement, path, 8 + (long)length, file.Length - 8 - (long)length);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new InputException($"{path} is not a usable safetensors file: its header is malformed ({error.Message.TrimEnd('.')}); fetch or convert it again.", error);
        }
    }

    /// <summary>The header's JSON in the order given, padded with spaces so that the data begin on a multiple of eight bytes.</summary>
    public static byte[] Bytes(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var offset = 0L;
            foreach (var (name, tensor) in tensors)
            {
                var type = Types.First(t => t.Type == tensor.dtype);
                json.WriteStartObject(name);
                json.WriteString("dtype", type.Name);
                json.WriteStartArray("shape");
                foreach (var size in tensor.shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.numel() * type.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (bytes.Length % 8 != 0)
        {
            bytes.WriteByte((byte)' ');
        }

        return bytes.ToArray();
    }

    private static SafetensorsHeader Parse(JsonElement root, string path, long dataStart, long dataLength)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Broken(path, "its header is not a JSON object");
        }

        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var entries = new List<SafetensorsEntry>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                foreach (var pair in property.Value.EnumerateObject())
                {
                    metadata[pair.Name] = pair.Value.GetString() ?? "";
                }
            }
            else
            {
                entries.Add(Entry(property, path));
            }
        }

        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        var covered = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != covered)
            {
                throw Broken(path, $"tensor {entry.Name} begins at byte {entry.Begin} where {covered} is next");
            }

            covered = entry.End;
        }

        return covered == dataLength ? new(entries, metadata, dataStart)
            : throw Broken(path, $"its header describes {covered} bytes of data, the file has {dataLength}");
    }

    private static SafetensorsEntry Entry(JsonProperty property, string path)
    {
        var value = property.Value;
        if (!value.TryGetProperty("dtype", out var dtype) || !value.TryGetProperty("shape", out var sizes) ||
            !value.TryGetProperty("data_offsets", out var offsets) || offsets.GetArrayLength() != 2)
        {
            throw Broken(path, $"tensor {property.Name} lacks dtype, shape or data_offsets");
        }

        var type = Array.Find(Types, t => t.Name == dtype.GetString());
        if (type.Name is null)
        {
            throw Broken(path, $"tensor {property.Name} has the type {dtype}, which is not supported");
        }

        long[] shape = [.. sizes.EnumerateArray().Select(s => s.GetInt64())];
        var (begin, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
        var size = shape.Aggregate((UInt128)(ulong)type.Bytes, (product, s) =>
            s < 0 || product > long.MaxValue ? UInt128.MaxValue / 2 : product * (ulong)s);
        return begin >= 0 && end >= begin && (UInt128)(ulong)(end - begin) == size ? new(property.Name, type.Type, shape, begin, end)
            : throw Broken(path, $"tensor {property.Name} of shape [{string.Join(", ", shape)}] and type {type.Name} does not fit bytes {begin} to {end}");
    }

    private static InputException Broken(string path, string found) =>
        new($"{path} is not a usable safetensors file: {found}; fetch or convert it again.");
}
