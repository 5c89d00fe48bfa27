using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Native;

/// <summary>What a dispose scope does not free.</summary>
internal static class TorchMemory
{
    /// <summary>Call after every step: numbers that entered a tensor expression (TorchSharp's Scalar) are native memory that only finalizers
    /// free, and tensors give the collector no reason to run. Without it 200 steps of a 5M model grow by a gigabyte; its cost is not
    /// measurable.</summary>
    public static void Sweep() => GC.Collect(0);

    // Of a thread: two may compute, one standing in for the other.
    [ThreadStatic]
    private static Dictionary<string, Tensor>? passing;

    /// <summary>Memory for numbers that are used at once, the same for all of one kind: whoever asks for it again writes over it. Freed among others that stay they would leave gaps, which an
    /// aligned block of the same size does not fit into (glibc before 2.38 wants the alignment on top): of the heap after a forward pass of SmolLM2-135M a quarter.</summary>
    /// <param name="kind">What they are.</param>
    /// <param name="shape">Theirs.</param>
    public static Tensor Passing(string kind, params long[] shape)
    {
        var count = shape.Aggregate(1L, (all, one) => all * one);
        passing ??= new(StringComparer.Ordinal);
        if (!passing.TryGetValue(kind, out var memory) || memory.numel() < count)
        {
            memory?.Dispose();
            passing[kind] = memory = empty(count, device: CPU).DetachFromDisposeScope();
        }

        using var own = memory.narrow(0, 0, count);
        return own.view(shape);
    }

    /// <summary>Frees what <see cref="Passing"/> keeps for this thread, which ends.</summary>
    public static void Leave()
    {
        foreach (var memory in passing?.Values ?? Enumerable.Empty<Tensor>())
        {
            memory.Dispose();
        }

        passing = null;
    }
}
