using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Rlaif.Learning.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>x / sqrt(mean(x²) + ε) · weight over the last dimension (Zhang and Sennrich 2019). Of x and one number of each row its gradient follows, so nothing else is kept. On a CPU each
/// way is one pass over a row while it is in a cache, where tensor by tensor it is six.</summary>
internal sealed class RmsNorm : autograd.SingleTensorFunction<RmsNorm>
{
    public override string Name => nameof(RmsNorm);

    /// <summary>[.., width] to the same; gradients flow.</summary>
    /// <param name="x">In rows.</param>
    /// <param name="weight">[width].</param>
    /// <param name="epsilon">ε.</param>
    public static Tensor Of(Tensor x, Parameter weight, double epsilon)
    {
        if (is_grad_enabled())
        {
            return BackwardPass.Recorded(() => apply(x, weight, epsilon));
        }

        var (normed, reciprocal) = Normed(x, weight, epsilon);
        reciprocal.Dispose();
        return normed;
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight) = ((Tensor)vars[0], (Tensor)vars[1]);
        var (normed, reciprocal) = Normed(x, weight, (double)vars[2]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([x, reciprocal, weight]);
        return normed;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardPass.Answer(3, () =>
    {
        using var scope = NewDisposeScope();
        using var taken = grad_output;
        var saved = ctx.get_saved_variables();
        return Backward(grad_output.clone(), saved[0], saved[1], saved[2]).view(saved[0].shape).MoveToOuterDisposeScope();
    });

    /// <summary>The normed x, and 1 / sqrt(mean(x²) + ε) of each row, [.., 1].</summary>
    /// <param name="isPassing">Whether the first is used at once: the next one may be written over it.</param>
    public static (Tensor Normed, Tensor Reciprocal) Normed(Tensor x, Tensor weight, double epsilon, bool isPassing = false)
    {
        using var scope = NewDisposeScope();
        if (ThreadTeam.Reaches(x))
        {
            var reciprocal = empty([.. x.shape[..^1], 1]);
            return (Rows(x, reciprocal, weight, (float)epsilon, isPassing).MoveToOuterDisposeScope(), reciprocal.MoveToOuterDisposeScope());
        }

        // The norm form is 1.5 times as fast as the mean of squares: one pass, no squared copy.
        var norm = x.norm(-1, keepdim: true);
        var inverse = ((norm * norm / x.shape[^1]) + epsilon).rsqrt();
        return ((x * inverse).mul_(weight).MoveToOuterDisposeScope(), inverse.MoveToOuterDisposeScope());
    }

    /// <summary>The normed x again, used at once.</summary>
    public static Tensor Again(Tensor x, Tensor reciprocal, Tensor weight) =>
        ThreadTeam.Reaches(x) ? Rows(x, reciprocal, weight, epsilon: null, isPassing: true) : (x * reciprocal).mul_(weight);

    /// <summary>Adds the weight's gradient to its own.</summary>
    /// <param name="gradient">Of the result, in the shape of x; taken over.</param>
    /// <param name="plus">Added to the gradient of x, in its shape; null: nothing.</param>
    /// <returns>Of x.</returns>
    public static Tensor Backward(Tensor gradient, Tensor x, Tensor reciprocal, Tensor weight, Tensor? plus = null)
    {
        // With n = x r: dn = dy w, dx = r (dn - n mean(dn n)).
        if (ThreadTeam.Reaches(x))
        {
            return BackwardRows(gradient, x, reciprocal, weight, plus);
        }

        var unit = x * reciprocal;
        using (var along = gradient * unit)
        {
            if (weight.requires_grad)
            {
                WeightGradient.Add(weight, along.sum([.. Enumerable.Range(0, (int)x.dim() - 1)]));
            }

            using var mean = along.matmul(weight.detach()).div_(-x.shape[^1]).unsqueeze(-1);
            gradient = gradient.mul_(weight).addcmul_(unit, mean, 1).mul_(reciprocal);
        }

        return plus is null ? gradient : gradient.add_(plus);
    }

    private static unsafe Tensor Rows(Tensor x, Tensor reciprocal, Tensor weight, float? epsilon, bool isPassing)
    {
        using var scope = NewDisposeScope();
        var (whole, normed, width) = (x.contiguous(), isPassing ? TorchMemory.Passing("normed", x.shape) : empty(x.shape), (int)x.shape[^1]);
        var rows = (int)(x.numel() / width);
        var perPart = Math.Max(1, ThreadTeam.PartSize / width);
        ThreadTeam.Run(
            new Forwards(ThreadTeam.Data(whole), ThreadTeam.Data(weight), ThreadTeam.Data(reciprocal), ThreadTeam.Data(normed), rows, width, perPart, epsilon ?? float.NaN),
            ThreadTeam.Parts(rows, perPart));
        GC.KeepAlive(weight);
        return normed.MoveToOuterDisposeScope();
    }

    private static unsafe Tensor BackwardRows(Tensor gradient, Tensor x, Tensor reciprocal, Tensor weight, Tensor? plus)
    {
        using var scope = NewDisposeScope();
        var (whole, given, more, width) = (x.contiguous(), gradient.contiguous(), plus?.contiguous(), (int)x.shape[^1]);
        var rows = (int)(x.numel() / width);
        // What parts give to the weight is added in their order.
        var perPart = Math.Max(1, ThreadTeam.PartSize * 2 / width);
        var parts = ThreadTeam.Parts(rows, perPart);
        var sums = weight.requires_grad ? zeros(parts, width) : null;
        ThreadTeam.Run(
            new Backwards(
                ThreadTeam.Data(whole), ThreadTeam.Data(weight), ThreadTeam.Data(reciprocal), ThreadTeam.Data(given), more is null ? null : ThreadTeam.Data(more),
                sums is null ? null : ThreadTeam.Data(sums), rows, width, perPart),
            parts);
        if (sums is not null && parts > 0)
        {
            AddUp(ThreadTeam.Data(sums), parts, width);
            WeightGradient.Add(weight, sums[0]);
        }

        GC.KeepAlive(reciprocal);
        GC.KeepAlive(weight);
        return given.MoveToOuterDisposeScope();
    }

    // Into the first row, one after the other: LibTorch's sum would be split by thread.
    private static unsafe void AddUp(float* sums, int parts, int width)
    {
        for (var part = 1; part < parts; part++)
        {
            for (var i = 0; i < width; i += Lanes.Count)
            {
                var left = width - i;
                (Lanes.Load(sums + i, left) + Lanes.Load(sums + ((long)part * width) + i, left)).Store(sums + i, left);
            }
        }
    }

    /// <param name="epsilon">NaN: the reciprocals are known.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Forwards(float* x, float* weight, float* reciprocal, float* normed, int rows, int width, int perPart, float epsilon) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Part(int part, int worker)
        {
            var end = Math.Min(rows, (part + 1) * perPart);
            for (var row = part * perPart; row < end; row++)
            {
                float* from = x + ((long)row * width), to = normed + ((long)row * width), by = weight;
                var wide = width;
                if (!float.IsNaN(epsilon))
                {
                    var squares = Vector512<float>.Zero;
                    for (var i = 0; i < wide; i += Lanes.Count)
                    {
                        var lanes = Lanes.Load(from + i, wide - i);
                        squares = Vector512.FusedMultiplyAdd(lanes, lanes, squares);
                    }

                    reciprocal[row] = 1 / MathF.Sqrt((Lanes.Sum(squares) / wide) + epsilon);
                }

                var factor = Vector512.Create(reciprocal[row]);
                for (var i = 0; i < wide; i += Lanes.Count)
                {
                    (Lanes.Load(from + i, wide - i) * factor * Lanes.Load(by + i, wide - i)).Store(to + i, wide - i);
                }
            }
        }
    }

    /// <param name="gradient">Of the result; of x at the end.</param>
    /// <param name="sums">[parts, width] for the weight, or null.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Backwards(float* x, float* weight, float* reciprocal, float* gradient, float* plus, float* sums, int rows, int width, int perPart) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Part(int part, int worker)
        {
            var end = Math.Min(rows, (part + 1) * perPart);
            float* by = weight, sum = sums == null ? null : sums + ((long)part * width);
            var wide = width;
            for (var row = part * perPart; row < end; row++)
            {
                var begin = (long)row * wide;
                float* from = x + begin, to = gradient + begin, more = plus == null ? null : plus + begin;
                var (factor, along) = (Vector512.Create(reciprocal[row]), Vector512<float>.Zero);
                for (var i = 0; i < wide; i += Lanes.Count)
                {
                    along = Vector512.FusedMultiplyAdd(Lanes.Load(to + i, wide - i) * Lanes.Load(by + i, wide - i), Lanes.Load(from + i, wide - i) * factor, along);
                }

                var mean = Vector512.Create(Lanes.Sum(along) / wide);
                for (var i = 0; i < wide; i += Lanes.Count)
                {
                    var left = wide - i;
                    var (given, unit) = (Lanes.Load(to + i, left), Lanes.Load(from + i, left) * factor);
                    if (sum != null)
                    {
                        Vector512.FusedMultiplyAdd(given, unit, Lanes.Load(sum + i, left)).Store(sum + i, left);
                    }

                    var result = ((given * Lanes.Load(by + i, left)) - (unit * mean)) * factor;
                    (more == null ? result : result + Lanes.Load(more + i, left)).Store(to + i, left);
                }
            }
        }
    }
}
