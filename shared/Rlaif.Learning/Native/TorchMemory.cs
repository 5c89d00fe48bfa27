namespace Rlaif.Learning.Native;

/// <summary>What a dispose scope does not free.</summary>
internal static class TorchMemory
{
    /// <summary>Call after every step: numbers that entered a tensor expression (TorchSharp's Scalar) are native memory that only finalizers
    /// free, and tensors give the collector no reason to run. Without it 200 steps of a 5M model grow by a gigabyte; its cost is not
    /// measurable.</summary>
    public static void Sweep() => GC.Collect(0);
}
