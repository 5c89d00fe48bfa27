using Rlaif.Learning.Native;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Log-probabilities of given tokens, over the vocabulary part by part: of a large one, logits, their softmax and its gradient are the largest tensors of
/// a step.</summary>
/// <remarks>A part is as large as a cache holds, so what is done to it between its products costs little, and its share of the head's gradient is added where it
/// belongs. Logits are kept for the backward pass where all of them are few enough, else computed again (docs/decisions.md).</remarks>
internal sealed class ChunkedLogProbs : autograd.SingleTensorFunction<ChunkedLogProbs>
{
    public override string Name => nameof(ChunkedLogProbs);

    /// <summary>What may lie in memory.</summary>
    /// <param name="Part">Logits of a part.</param>
    /// <param name="Kept">Logits that are kept for the backward pass.</param>
    /// <param name="Narrowest">Tokens of a part at least: a narrow one is a slow product.</param>
    internal sealed record Limits(long Part, long Kept, long Narrowest)
    {
        // A card computes the faster the more it is given at once.
        public static Limits Here => TensorDevice.Current == DeviceKind.Cuda ? new(1L << 26, 1L << 28, 512) : new(1L << 22, 1L << 26, 512);
    }

    /// <summary>log p(target) of every row at a temperature, [rows], nats per token; at most 0.</summary>
    /// <param name="head">Where it has an adapter, autograd does it, with all logits at once.</param>
    /// <param name="states">[rows, hidden].</param>
    /// <param name="targets">[rows] int64.</param>
    /// <param name="temperature">Logits are divided by it.</param>
    /// <param name="limits">Null: those of the device.</param>
    public static Tensor Of(Projection head, Tensor states, Tensor targets, double temperature, Limits? limits = null)
    {
        using var scope = NewDisposeScope();
        if (head.Adapter is not null)
        {
            var logits = head.Of(states);
            return TokenLogProbs.Of(temperature == 1 ? logits : logits / temperature, targets).MoveToOuterDisposeScope();
        }

        return apply(states, head.Weight, targets, temperature, limits ?? Limits.Here, is_grad_enabled() && (states.requires_grad || head.Weight.requires_grad)).MoveToOuterDisposeScope();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var (states, weight, targets, temperature, limits) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (double)vars[3], (Limits)vars[4]);
        var isKept = (bool)vars[5] && states.shape[0] * weight.shape[0] <= limits.Kept;
        var parts = Parts(states.shape[0], weight.shape[0], limits);
        List<Tensor> kept = [];
        Tensor? most = null, sum = null, chosen = null;
        foreach (var (begin, count) in parts)
        {
            using var part = NewDisposeScope();
            var logits = Logits(states, weight, begin, count, temperature);
            var (place, isOwn) = VocabularyRows.Within(targets, begin, count);
            var own = logits.gather(1, place);
            var (highest, exponentials) = VocabularyRows.Exponentials(logits, isKept);
            if (isKept)
            {
                kept.Add(logits.MoveToOuterDisposeScope());
            }

            var top = most is null ? highest : maximum(most, highest);
            sum = (most is null ? exponentials : (sum! * (most - top).exp_()).add_(exponentials * (highest - top).exp_())).MoveToOuterDisposeScope();
            chosen = (chosen is null ? own : where(isOwn, own, chosen)).MoveToOuterDisposeScope();
            most = top.MoveToOuterDisposeScope();
        }

        // The largest of the logits adds 1 to the sum, so neither term is above 0.
        var logSum = sum!.log();
        var logProbs = (chosen! - most!).sub_(logSum).squeeze(1);
        ctx.set_materialize_grads(false);
        ctx.save_data("temperature", temperature);
        ctx.save_data("parts", parts);
        ctx.save_for_backward([states, weight, targets, logSum.add_(most!).MoveToOuterDisposeScope(), .. kept.Select(logits => logits.MoveToOuterDisposeScope())]);
        return logProbs.MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardPass.Answer(6, () =>
    {
        using var scope = NewDisposeScope();
        using var taken = grad_output;
        var saved = ctx.get_saved_variables();
        var (states, weight, targets, logSum) = (saved[0], saved[1], saved[2], saved[3]);
        var (temperature, parts) = ((double)ctx.get_data("temperature"), (IReadOnlyList<(long, long)>)ctx.get_data("parts"));
        var pull = (temperature == 1 ? grad_output : grad_output / temperature).unsqueeze(1);
        Tensor? back = null;
        for (var i = 0; i < parts.Count; i++)
        {
            using var part = NewDisposeScope();
            var (begin, count) = parts[i];
            var logits = saved.Count > 4 ? saved[4 + i] : Logits(states, weight, begin, count, temperature);
            var gradient = VocabularyRows.Gradient(logits, logSum, pull, targets, begin);
            if (states.requires_grad)
            {
                var sum = MatrixProduct.AddInputs(back, gradient, weight.narrow(0, begin, count));
                back ??= sum.MoveToOuterDisposeScope();
            }

            if (weight.requires_grad)
            {
                MatrixProduct.AddTransposed(WeightGradient.Of(weight).narrow(0, begin, count), gradient, states);
            }

            logits.Dispose();
        }

        return back?.MoveToOuterDisposeScope();
    });

    private static Tensor Logits(Tensor states, Tensor weight, long begin, long count, double temperature)
    {
        var logits = MatrixProduct.Linear(states, weight.narrow(0, begin, count));
        return temperature == 1 ? logits : logits.div_(temperature);
    }

    private static IReadOnlyList<(long Begin, long Count)> Parts(long rows, long vocabulary, Limits limits)
    {
        var width = Math.Clamp(limits.Part / Math.Max(rows, 1), Math.Min(limits.Narrowest, vocabulary), vocabulary);
        return [.. Enumerable.Range(0, (int)((vocabulary + width - 1) / width)).Select(i => (i * width, Math.Min(width, vocabulary - (i * width))))];
    }
}
