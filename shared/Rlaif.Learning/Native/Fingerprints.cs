using System.Buffers.Binary;
using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Native;

/// <summary>What a step of a training computes, a number for each thing: the first 32 bits of the SHA-256 of its bytes, in the order of the micro-batches. Two
/// trainings that ought to be one tell by them where they part: at the weights they begin with, at the batch, in a layer, at the gradients.</summary>
/// <remarks>They are metrics, and change no byte of a model. Off unless <c>RLAIF_FINGERPRINTS</c> is set.</remarks>
internal sealed class Fingerprints : IDisposable
{
    // A span has at most 2^31 bytes.
    private const long Slice = 1L << 27;

    private readonly List<(string Name, IncrementalHash Hash)> all = [];

    private Fingerprints()
    {
    }

    /// <summary>Whether trainings have them. Read and set on the torch thread.</summary>
    public static bool AreOn { get; set; } = Environment.GetEnvironmentVariable("RLAIF_FINGERPRINTS") is { Length: > 0 };

    /// <summary>Those of the step under way on this thread; null where nobody looks.</summary>
    [field: ThreadStatic]
    public static Fingerprints? Current { get; private set; }

    /// <summary>Until it is disposed, what this thread computes is looked at; null where they are off.</summary>
    public static Fingerprints? Begin() => Current = AreOn ? new() : null;

    /// <summary>Adds tensors to a fingerprint, one after the other.</summary>
    public void Add(string name, params IEnumerable<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var hash = all.Find(one => one.Name == name).Hash;
        if (hash is null)
        {
            all.Add((name, hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256)));
        }

        foreach (var tensor in tensors)
        {
            var values = tensor.detach().cpu().contiguous().flatten();
            for (var at = 0L; at < values.shape[0]; at += Slice)
            {
                hash.AppendData(values.narrow(0, at, Math.Min(Slice, values.shape[0] - at)).bytes);
            }
        }
    }

    /// <summary>All of them so far, in the order in which they were begun.</summary>
    public IReadOnlyList<(string Name, double Value)> Told() =>
        [.. all.Select(one => ($"fingerprint/{one.Name}", (double)BinaryPrimitives.ReadUInt32BigEndian(one.Hash.GetCurrentHash())))];

    public void Dispose()
    {
        Current = null;
        all.ForEach(one => one.Hash.Dispose());
    }
}
