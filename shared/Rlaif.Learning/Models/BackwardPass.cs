using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>What all nodes of ours owe LibTorch's backward pass. It calls them from native code, on a card on a thread of its own: no exception may leave them, no dispose scope
/// is there, and what they return must live until native code has taken it.</summary>
internal static class BackwardPass
{
    private static ExceptionDispatchInfo? failure;

    // Taken by the time that this thread's next node is asked.
    [ThreadStatic]
    private static IReadOnlyList<Tensor?>? handed;

    /// <summary>What applying a node gives. TorchSharp puts an empty tensor of the same size beside each output, for zeros that nobody asks for: they go at once.</summary>
    public static List<Tensor> Recorded(Func<List<Tensor>> apply)
    {
        using var scope = NewDisposeScope();
        return [.. apply().Select(output => output.MoveToOuterDisposeScope())];
    }

    /// <inheritdoc cref="Recorded(Func{List{Tensor}})"/>
    public static Tensor Recorded(Func<Tensor> apply)
    {
        using var scope = NewDisposeScope();
        return apply().MoveToOuterDisposeScope();
    }

    /// <summary>The whole pass.</summary>
    public static void Run(Tensor loss)
    {
        failure = null;
        loss.backward();
        failure?.Throw();
    }

    /// <summary>A node's answer.</summary>
    /// <param name="inputs">What it was applied to; of these the first alone has a gradient that it returns.</param>
    /// <param name="gradient">Of the first; null: none.</param>
    public static List<Tensor> Answer(int inputs, Func<Tensor?> gradient) => Answers(inputs, () => [gradient()]);

    /// <summary>A node's answer.</summary>
    /// <param name="inputs">What it was applied to; of these the first ones have gradients that it returns.</param>
    /// <param name="gradients">Of the first ones; null: none.</param>
    public static List<Tensor> Answers(int inputs, Func<IReadOnlyList<Tensor?>> gradients)
    {
        if (failure is null)
        {
            try
            {
                IReadOnlyList<Tensor?> made = [.. gradients().Select(one => one?.DetachFromDisposeScope())];
                foreach (var taken in handed ?? [])
                {
                    taken?.Dispose();
                }

                handed = made;
                return [.. made.Select(one => one!), .. Nothing(inputs - made.Count)];
            }
            catch (Exception error)
            {
                failure ??= ExceptionDispatchInfo.Capture(error);
            }
        }

        return Nothing(inputs);
    }

    private static List<Tensor> Nothing(int inputs) => [.. Enumerable.Repeat((Tensor)null!, inputs)];
}
