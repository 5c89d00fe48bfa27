using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Rlaif.Learning.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Rows of logits and what becomes of them around a softmax. On a CPU each way is one pass while a row is in a cache, where tensor by tensor they are three and six.</summary>
internal static class VocabularyRows
{
    /// <summary>The largest logit of each row, m, and Σ e^(logit - m); each [rows, 1].</summary>
    /// <param name="logits">[rows, tokens].</param>
    /// <param name="isKept">Whether they are wanted afterwards.</param>
    public static unsafe (Tensor Highest, Tensor Sum) Exponentials(Tensor logits, bool isKept)
    {
        using var scope = NewDisposeScope();
        if (!ThreadTeam.Reaches(logits))
        {
            var most = logits.amax([1], keepdim: true);
            return (most.MoveToOuterDisposeScope(), (isKept ? logits - most : logits.sub_(most)).exp_().sum(1, keepdim: true).MoveToOuterDisposeScope());
        }

        var (rows, tokens, whole) = ((int)logits.shape[0], (int)logits.shape[1], logits.contiguous());
        var (highest, sum) = (empty(rows, 1), empty(rows, 1));
        ThreadTeam.Run(new Sums(ThreadTeam.Data(whole), tokens, rows, ThreadTeam.Data(highest), ThreadTeam.Data(sum)), Parts(rows, tokens));
        return (highest.MoveToOuterDisposeScope(), sum.MoveToOuterDisposeScope());
    }

    /// <summary>The gradient of the logits, in their place: pull · (1 at the target - e^(logit - log sum)).</summary>
    /// <param name="logits">[rows, tokens]; taken over.</param>
    /// <param name="logSum">[rows, 1], over the whole vocabulary.</param>
    /// <param name="pull">[rows, 1], of each row's log-probability.</param>
    /// <param name="targets">[rows] int64 in the whole vocabulary.</param>
    /// <param name="begin">The first token that the rows have.</param>
    public static unsafe Tensor Gradient(Tensor logits, Tensor logSum, Tensor pull, Tensor targets, long begin)
    {
        using var scope = NewDisposeScope();
        // At the target one number is what is left: of a token that is nearly certain it is rounded, not the two apart.
        if (!ThreadTeam.Reaches(logits))
        {
            using var against = -pull;
            var gradient = logits.sub_(logSum).exp_().mul_(against);
            var (own, isOwn) = Within(targets, begin, logits.shape[1]);
            return gradient.scatter_(1, own, gradient.gather(1, own) + (pull * isOwn)).MoveToOuterDisposeScope();
        }

        var (rows, tokens) = ((int)logits.shape[0], (int)logits.shape[1]);
        var (all, sums, pulls, places) = (logits.contiguous(), logSum.contiguous(), pull.contiguous(), targets.contiguous());
        ThreadTeam.Run(new Gradients(ThreadTeam.Data(all), tokens, rows, ThreadTeam.Data(sums), ThreadTeam.Data(pulls), (long*)ThreadTeam.Data(places), begin), Parts(rows, tokens));
        GC.KeepAlive(places);
        return all.MoveToOuterDisposeScope();
    }

    /// <summary>Where each target stands in a part of the vocabulary, [rows, 1] int64, anywhere if it does not; and whether it does.</summary>
    public static (Tensor Place, Tensor IsThere) Within(Tensor targets, long begin, long count)
    {
        var place = targets.sub(begin).unsqueeze(1);
        return (place.clamp(0, count - 1), place.ge(0).logical_and(place.lt(count)));
    }

    private static int PerPart(int tokens) => Math.Max(1, ThreadTeam.PartSize / tokens);

    private static int Parts(int rows, int tokens) => ThreadTeam.Parts(rows, PerPart(tokens));

    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Sums(float* logits, int tokens, int rows, float* highest, float* sum) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Part(int part, int worker)
        {
            var (wide, end) = (tokens, Math.Min(rows, (part + 1) * PerPart(tokens)));
            for (var row = part * PerPart(wide); row < end; row++)
            {
                var from = logits + ((long)row * wide);
                var (most, last) = (Vector512.Create(float.NegativeInfinity), float.NegativeInfinity);
                var whole = wide - (wide % Lanes.Count);
                for (var i = 0; i < whole; i += Lanes.Count)
                {
                    most = Vector512.MaxNative(most, Vector512.Load(from + i));
                }

                for (var i = whole; i < wide; i++)
                {
                    last = MathF.Max(last, from[i]);
                }

                var top = MathF.Max(last, Lanes.Max(most));
                var (tops, all, rest) = (Vector512.Create(top), Vector512<float>.Zero, 0f);
                for (var i = 0; i < whole; i += Lanes.Count)
                {
                    all += Lanes.Exp(Vector512.Load(from + i) - tops);
                }

                for (var i = whole; i < wide; i++)
                {
                    rest += Lanes.Exp(Vector512.Create(from[i] - top))[0];
                }

                (highest[row], sum[row]) = (top, Lanes.Sum(all) + rest);
            }
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Gradients(float* logits, int tokens, int rows, float* logSum, float* pull, long* targets, long begin) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Part(int part, int worker)
        {
            var (wide, end) = (tokens, Math.Min(rows, (part + 1) * PerPart(tokens)));
            for (var row = part * PerPart(wide); row < end; row++)
            {
                var at = logits + ((long)row * wide);
                var (sum, against) = (Vector512.Create(logSum[row]), Vector512.Create(-pull[row]));
                for (var i = 0; i < wide; i += Lanes.Count)
                {
                    (Lanes.Exp(Lanes.Load(at + i, wide - i) - sum) * against).Store(at + i, wide - i);
                }

                var own = targets[row] - begin;
                if (own >= 0 && own < wide)
                {
                    at[own] += pull[row];
                }
            }
        }
    }
}
