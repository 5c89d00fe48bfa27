using Rlaif.Learning.Native;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Weights;

/// <summary>One tensor of a GGUF file.</summary>
/// <param name="Name">llama.cpp's name.</param>
/// <param name="Type">How its values are stored.</param>
/// <param name="Shape">Row-major: outermost first, the reverse of the file's order.</param>
/// <param name="Offset">Bytes from the beginning of the file.</param>
/// <param name="Bytes">Length in the file.</param>
public sealed record GgufTensor(string Name, GgufType Type, long[] Shape, long Offset, long Bytes);

/// <summary>A GGUF file (version 2 or 3, little-endian): metadata, tensor list, and values on demand.</summary>
public sealed class GgufFile
{
    private const uint Magic = 0x46554747;     // "GGUF"
    private GgufFile(string path, GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors)
    {
        Path = path;
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Its keys and values: architecture, shape, tokenizer, chat template.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>Its tensors in file order.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Whether a model's path means such a file rather than a folder. Any file does, whatever its suffix: <see cref="Open"/> looks at its
    /// first bytes and refuses what does not begin with GGUF.</summary>
    public static bool Names(string path) =>
        File.Exists(path) || (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path));

    /// <summary>Reads the head and checks that every tensor lies inside the file, aligned and apart from the others.</summary>
    /// <exception cref="InputException">It is no such file, or anything in it does not fit.</exception>
    public static GgufFile Open(string path)
    {
        using var file = SafetensorsHeader.Open(path);
        var reader = new GgufReader(file, path);
        CheckVersion(reader);
        var tensorCount = reader.Count("tensors", 24);
        var metadata = ReadMetadata(reader, path);
        var alignment = metadata.Has("general.alignment") ? metadata.Integer("general.alignment") : 32;
        if (alignment is < 1 or > 1 << 20 || (alignment & (alignment - 1)) != 0)
        {
            throw reader.Broken($"general.alignment is {alignment}, which is no power of two");
        }

        return new(path, metadata, GgufTensorList.Read(reader, tensorCount, alignment, file.Length));
    }

    /// <summary>The tensor of that name, if there is one.</summary>
    public GgufTensor? Find(string name) => Tensors.FirstOrDefault(t => t.Name == name);

    /// <summary>The values of a tensor in f32.</summary>
    /// <exception cref="InputException">They are stored in a way that cannot be decoded.</exception>
    public Tensor Dequantise(GgufTensor tensor)
    {
        if (!tensor.Type.IsReadable)
        {
            throw new InputException(
                $"{Path} has {tensor.Name} in weights of type {tensor.Type.Name}, which cannot be read; take one in {GgufType.Readable}.");
        }

        var stored = new byte[tensor.Bytes];
        using (var file = SafetensorsHeader.Open(Path))
        {
            file.Position = tensor.Offset;
            file.ReadExactly(stored);
        }

        var values = new float[tensor.Shape.Aggregate(1L, (product, size) => product * size)];
        tensor.Type.Decode(stored, values);
        return TensorDevice.Weight(values, tensor.Shape);
    }

    private static void CheckVersion(GgufReader reader)
    {
        if (reader.UInt32() != Magic)
        {
            throw reader.Broken("it does not begin with GGUF");
        }

        var version = reader.UInt32();
        if (version is not (2 or 3))
        {
            throw reader.Broken((version & 0xFFFF) == 0 && version != 0 ? "its numbers are big-endian, only little-endian files are read"
                : $"it has version {version}, versions 2 and 3 are read");
        }
    }

    private static GgufMetadata ReadMetadata(GgufReader reader, string path)
    {
        var count = reader.Count("metadata entries", 13);
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var key = reader.Text("a metadata key");
            if (!values.TryAdd(key, reader.Value(reader.UInt32(), key)))
            {
                throw reader.Broken($"{key} is in its metadata twice");
            }
        }

        return new(path, values);
    }
}
