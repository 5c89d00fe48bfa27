using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>x + down(silu(gate(n)) · up(n)) with n the normed x (Shazeer 2020, SwiGLU). Of six tensors that autograd would keep, the two that cost products are: the
/// rest is computed again when the gradient is due.</summary>
internal sealed class GatedFeedForward : autograd.SingleTensorFunction<GatedFeedForward>
{
    public override string Name => nameof(GatedFeedForward);

    /// <summary>[batch, time, hidden] to the same; gradients flow.</summary>
    /// <param name="layer">Where one of its projections has an adapter, autograd does it.</param>
    public static Tensor Of(DecoderLayer layer, Tensor x, double epsilon)
    {
        var (norm, gate, up, down) = (layer.FeedForwardNorm, layer.Gate, layer.Up, layer.Down);
        Projection[] all = [gate, up, down];
        if (is_grad_enabled() && all.All(one => one.Adapter is null))
        {
            return BackwardPass.Recorded(() => apply([x, norm, epsilon, layer, .. all.Select(one => one.Weight), .. all.Select(one => one.Bias).OfType<Tensor>()]));
        }

        using var scope = NewDisposeScope();
        var normed = RmsNorm.Of(x, norm, epsilon);
        return (x + down.Of(GatedUnit.Of(gate.Of(normed), up.Of(normed)))).MoveToOuterDisposeScope();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var (x, norm, layer) = ((Tensor)vars[0], (Tensor)vars[1], (DecoderLayer)vars[3]);
        var (normed, reciprocal) = RmsNorm.Normed(x, norm, (double)vars[2], isPassing: true);
        var (gate, up) = (layer.Gate.Of(normed), layer.Up.Of(normed));
        ctx.set_materialize_grads(false);
        ctx.save_data("layer", layer);
        ctx.save_data("inputs", vars.Length);
        ctx.save_for_backward([x, reciprocal.MoveToOuterDisposeScope(), norm, gate.MoveToOuterDisposeScope(), up.MoveToOuterDisposeScope()]);
        return layer.Down.Of(GatedUnit.Product(gate, up, isPassing: true)).add_(x).MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        BackwardPass.Answer((int)ctx.get_data("inputs"), () => Gradient(ctx, grad_output));

    private static Tensor Gradient(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var taken = grad_output;
        var saved = ctx.get_saved_variables();
        Tensor Rows(Tensor of) => of.reshape(-1, of.shape[^1]);
        var (x, reciprocal, norm, gate, up, gradient) = (Rows(saved[0]), Rows(saved[1]), saved[2], Rows(saved[3]), Rows(saved[4]), Rows(grad_output));
        var layer = (DecoderLayer)ctx.get_data("layer");
        var (ofGate, ofUp, product) = GatedUnit.Gradients(MatrixProduct.AddInputs(null, gradient, layer.Down.Weight), gate, up, layer.Down.IsTrained);
        if (product is not null)
        {
            layer.Down.AddGradients(gradient, product);
            product.Dispose();
        }

        var normed = RmsNorm.Again(x, reciprocal, norm);
        layer.Up.AddGradients(ofUp, normed);
        layer.Gate.AddGradients(ofGate, normed);
        var ofNormed = MatrixProduct.AddInputs(MatrixProduct.AddInputs(null, ofUp, layer.Up.Weight), ofGate, layer.Gate.Weight);
        return RmsNorm.Backward(ofNormed, x, reciprocal, norm, plus: gradient).view(saved[0].shape).MoveToOuterDisposeScope();
    }
}
