using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rlaif.Learning.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>The rotation of <see cref="RotaryTable"/>, whose gradient is the rotation back: nothing is kept but the tables.</summary>
internal sealed class RotaryTurn : autograd.SingleTensorFunction<RotaryTurn>
{
    public override string Name => nameof(RotaryTurn);

    /// <summary>x [batch, heads, time, width] turned; the tables broadcast over batch and heads.</summary>
    public static Tensor Of(Tensor x, Tensor cosines, Tensor sines) =>
        is_grad_enabled() ? BackwardPass.Recorded(() => apply(x, cosines, sines)) : Turned(x, cosines, sines, 1);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, cosines, sines) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([cosines, sines]);
        return Turned(x, cosines, sines, 1);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardPass.Answer(3, () =>
    {
        using var scope = NewDisposeScope();
        using var taken = grad_output;
        var saved = ctx.get_saved_variables();
        return Turned(grad_output, saved[0], saved[1], -1).MoveToOuterDisposeScope();
    });

    private static Tensor Turned(Tensor x, Tensor cosines, Tensor sines, int direction)
    {
        using var scope = NewDisposeScope();
        if (ThreadTeam.Reaches(x))
        {
            return InOnePass(x, cosines, sines, direction).MoveToOuterDisposeScope();
        }

        var half = x.shape[^1] / 2;
        var turned = (x.unflatten(3, 2, half) * cosines.unsqueeze(-2)).flatten(3);
        turned.narrow(-1, 0, half).addcmul_(x.narrow(-1, half, half), sines, -direction);
        turned.narrow(-1, half, half).addcmul_(x.narrow(-1, 0, half), sines, direction);
        return turned.MoveToOuterDisposeScope();
    }

    // What comes next wants the tokens of a head side by side in memory; what comes after the gradient, the heads of a token.
    private static unsafe Tensor InOnePass(Tensor x, Tensor cosines, Tensor sines, int direction)
    {
        var (batch, heads, time, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        var from = x.stride(3) == 1 ? x : x.contiguous();
        Tensor Table(Tensor table) => table.expand(batch, 1, time, width / 2);
        var (cosine, sine) = (Table(cosines), Table(sines));
        if (cosine.stride(3) != 1 || sine.stride(3) != 1 || !cosine.stride().SequenceEqual(sine.stride()))
        {
            (cosine, sine) = (cosine.contiguous(), sine.contiguous());
        }

        var turned = direction > 0 ? empty(x.shape) : empty(batch, time, heads, width).transpose(1, 2);
        var perPart = (int)Math.Max(1, ThreadTeam.PartSize / (heads * width));
        var tokens = (int)(batch * time);
        ThreadTeam.Run(
            new Turning(
                ThreadTeam.Data(from), Strides.Of(from), ThreadTeam.Data(turned), Strides.Of(turned), ThreadTeam.Data(cosine), ThreadTeam.Data(sine), Strides.Of(cosine),
                tokens, (int)time, (int)heads, (int)width / 2, perPart, direction),
            ThreadTeam.Parts(tokens, perPart));
        return turned;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Strides(long Batch, long Head, long Token)
    {
        public static Strides Of(Tensor x) => new(x.stride(0), x.stride(1), x.stride(2));

        public long At(int row, int head, int token) => (row * Batch) + (head * Head) + (token * Token);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Turning(
        float* x, Strides ofX, float* turned, Strides ofTurned, float* cosines, float* sines, Strides ofTables, int tokens, int time, int heads, int half, int perPart, float direction) : IKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Part(int part, int worker)
        {
            var end = Math.Min(tokens, (part + 1) * perPart);
            var wide = half;
            for (var at = part * perPart; at < end; at++)
            {
                var (row, token) = (at / time, at % time);
                float* c = cosines + ofTables.At(row, 0, token), s = sines + ofTables.At(row, 0, token);
                for (var head = 0; head < heads; head++)
                {
                    float* from = x + ofX.At(row, head, token), to = turned + ofTurned.At(row, head, token);
                    for (var i = 0; i < wide; i += Lanes.Count)
                    {
                        var left = wide - i;
                        var (first, second) = (Lanes.Load(from + i, left), Lanes.Load(from + wide + i, left));
                        var (cosine, sine) = (Lanes.Load(c + i, left), Lanes.Load(s + i, left) * direction);
                        ((first * cosine) - (second * sine)).Store(to + i, left);
                        ((second * cosine) + (first * sine)).Store(to + wide + i, left);
                    }
                }
            }
        }
    }
}
