using System.Buffers.Binary;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Weights;

/// <summary>The tensors of one safetensors file, in the order of their data, with the file's metadata. Owns the tensors.</summary>
public sealed record TensorFile(IReadOnlyList<NamedTensor> Tensors, IReadOnlyDictionary<string, string> Metadata) : IDisposable
{
    /// <summary>The tensor of that name, if there is one.</summary>
    public Tensor? Find(string name) => Tensors.FirstOrDefault(t => t.Name == name)?.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
        {
            tensor.Value.Dispose();
        }
    }
}

/// <summary>A tensor under its name in a file.</summary>
public sealed record NamedTensor(string Name, Tensor Value);

/// <summary>The safetensors format (github.com/huggingface/safetensors): length, JSON header, contiguous little-endian data.</summary>
public static class Safetensors
{
    private const int BufferSize = 1 << 20;

    /// <summary>Reads all tensors in their stored types, on the CPU. They are the caller's, outside any dispose scope.</summary>
    /// <exception cref="InputException">The file is missing, cut, or anything in its header does not fit its data.</exception>
    public static TensorFile Read(string path)
    {
        using var file = SafetensorsHeader.Open(path);
        var header = SafetensorsHeader.Read(file, path);
        var tensors = new List<NamedTensor>(header.Entries.Count);
        foreach (var entry in header.Entries)
        {
            file.Position = header.DataStart + entry.Begin;
            var values = empty(entry.Shape, entry.Type, CPU).DetachFromDisposeScope();
            values.ReadBytesFromStream(file, BufferSize);
            tensors.Add(new(entry.Name, values));
        }

        return new(tensors, header.Metadata);
    }

    /// <summary>Writes the tensors in the order given, in their own types. The same tensors give the same bytes: no time, no path.
    /// Written aside, flushed to the disk, then renamed: a reader sees the old file or the whole new one.</summary>
    public static void Write(string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var header = SafetensorsHeader.Bytes(tensors, metadata);
        DurableFile.Write(path, file =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            file.Write(length);
            file.Write(header);
            foreach (var tensor in tensors)
            {
                using var whole = tensor.Value.detach().cpu().contiguous();
                whole.WriteBytesToStream(file, BufferSize);
            }
        });
    }
}
