using Rlaif.Learning.Native;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Forward passes over many examples in batches of like length.</summary>
internal static class Inference
{
    // 2048 positions fill the kernels; were all of them asked for, their logits over a vocabulary of 49 152 would take 400 MB.
    private const int TokensOfABatch = 2048;

    public static void ByLength(IReadOnlyList<int> lengths, Action<int[]> batch, CancellationToken cancel)
    {
        using var guard = no_grad();
        using var order = TensorDevice.InFixedOrder();
        foreach (var indices in BatchOrder.ByLength(lengths, TokensOfABatch))
        {
            cancel.ThrowIfCancellationRequested();
            using (NewDisposeScope())
            {
                batch(indices);
            }

            TorchMemory.Sweep();
        }
    }
}
