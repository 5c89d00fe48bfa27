using System.Buffers.Binary;
using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Native;

/// <summary>What a step of a training computes, a number for each thing: the first 32 bits of the SHA-256 of its bytes, in the order of the micro-batches. Two
/// trainings that ought to be one tell by them where they part: at the weights they begin with, at the batch, in a layer, at the gradients.</summary>
/// <remarks>Off unless <c>RLAIF_FINGERPRINTS</c> is set; they are metrics then, and change no byte of a model.</remarks>
internal sealed class Fingerprints
{
    private static readonly bool AreOn = Environment.GetEnvironmentVariable("RLAIF_FINGERPRINTS") is { Length: > 0 };

    // Of the step under way on this thread.
    [ThreadStatic]
    private static Fingerprints? current;

    private readonly List<(string Name, IncrementalHash Hash)> all = [];

    /// <summary>From now on what this thread computes is looked at.</summary>
    /// <param name="isOn">Null: as the environment says.</param>
    public static void Begin(bool? isOn = null) => current = isOn ?? AreOn ? new() : null;

    /// <summary>Adds tensors to a fingerprint, one after the other.</summary>
    public static void Add(string name, params ReadOnlySpan<Tensor> tensors) => current?.Put(name, tensors);

    /// <summary>The fingerprints since <see cref="Begin"/>; none where they are off.</summary>
    public static IReadOnlyList<(string Name, double Value)> End()
    {
        IReadOnlyList<(string, double)> told = [.. (current?.all ?? []).Select(one => ($"fingerprint/{one.Name}", (double)BinaryPrimitives.ReadUInt32BigEndian(one.Hash.GetHashAndReset())))];
        current?.all.ForEach(one => one.Hash.Dispose());
        current = null;
        return told;
    }

    private void Put(string name, ReadOnlySpan<Tensor> tensors)
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
            hash.AppendData(tensor.detach().cpu().contiguous().bytes);
        }
    }
}
