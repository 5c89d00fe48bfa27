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
        var half = x.shape[^1] / 2;
        var turned = (x.unflatten(3, 2, half) * cosines.unsqueeze(-2)).flatten(3);
        turned.narrow(-1, 0, half).addcmul_(x.narrow(-1, half, half), sines, -direction);
        turned.narrow(-1, half, half).addcmul_(x.narrow(-1, 0, half), sines, direction);
        return turned.MoveToOuterDisposeScope();
    }
}
