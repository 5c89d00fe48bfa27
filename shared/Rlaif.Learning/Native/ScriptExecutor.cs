namespace Rlaif.Learning.Native;

/// <summary>How TorchScript runs on this thread.</summary>
internal static unsafe class ScriptExecutor
{
    // torch::jit::setGraphExecutorOptimize(bool), which TorchSharp does not have.
    private static readonly Lazy<nint> Setter = new(() => LibTorch.Export("_ZN5torch3jit24setGraphExecutorOptimizeEb"));

    /// <summary>Whether a script may become something else after its first calls, kernels compiled for it among them; else each call runs it
    /// as it is written. A thread's own setting: a new one, and autograd's on a card, has the library's until it is told.</summary>
    public static void Optimizes(bool on) => ((delegate* unmanaged<byte, void>)Setter.Value)(on ? (byte)1 : (byte)0);
}
