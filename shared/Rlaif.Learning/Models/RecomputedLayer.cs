using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>A decoder layer of which only the input is kept: when its gradient is due, it is computed again (Chen et al. 2016, "Training deep nets with
/// sublinear memory cost").</summary>
internal sealed class RecomputedLayer : autograd.SingleTensorFunction<RecomputedLayer>
{
    public override string Name => nameof(RecomputedLayer);

    /// <summary>What <see cref="DecoderLayer.Forward(Tensor, Tensor, Tensor, Attention)"/> gives; its gradients are the same, to the bit.</summary>
    /// <param name="attend">Tensors that it holds must live until the gradient is there.</param>
    public static Tensor Of(DecoderLayer layer, Tensor x, Tensor cosines, Tensor sines, Attention attend)
    {
        // Under a frozen embedding nothing says yet that there will be a gradient.
        using var input = x.requires_grad ? null : x.detach().requires_grad_();
        return apply(input ?? x, layer, cosines, sines, attend);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (layer, x, cosines, sines, attend) = ((DecoderLayer)vars[1], (Tensor)vars[0], (Tensor)vars[2], (Tensor)vars[3], (Attention)vars[4]);
        ctx.set_materialize_grads(false);
        ctx.save_data("layer", layer);
        ctx.save_data("attend", attend);
        ctx.save_for_backward([x, cosines, sines]);
        using var scope = NewDisposeScope();
        return layer.Forward(x, cosines, sines, attend).MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardPass.Answer(5, () =>
    {
        using var scope = NewDisposeScope();
        using var taken = grad_output;
        using var recorded = enable_grad();
        var saved = ctx.get_saved_variables();
        var x = saved[0].detach().requires_grad_();
        var y = ((DecoderLayer)ctx.get_data("layer")).Forward(x, saved[1], saved[2], (Attention)ctx.get_data("attend"));
        y.backward(grad_tensors: [grad_output]);
        return x.grad!.MoveToOuterDisposeScope();
    });
}
