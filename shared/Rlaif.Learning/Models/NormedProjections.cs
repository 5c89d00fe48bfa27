using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Projections of one normed input. Of all that autograd would keep, the input is, and one number of each row: the rest of the norm is taken again when
/// the gradient is due.</summary>
internal sealed class NormedProjections : autograd.MultiTensorFunction<NormedProjections>
{
    public override string Name => nameof(NormedProjections);

    /// <summary>[batch, time, in] to [batch, time, out] of each; gradients flow.</summary>
    /// <param name="x">Before the norm.</param>
    /// <param name="norm">[in].</param>
    /// <param name="epsilon">Of the norm.</param>
    /// <param name="projections">Where one has an adapter, autograd does all of them.</param>
    public static IReadOnlyList<Tensor> Of(Tensor x, Parameter norm, double epsilon, params IReadOnlyList<Projection> projections)
    {
        if (is_grad_enabled() && projections.All(one => one.Adapter is null))
        {
            return BackwardPass.Recorded(
                () => apply([x, norm, epsilon, projections, .. projections.Select(one => one.Weight), .. projections.Select(one => one.Bias).OfType<Tensor>()]));
        }

        using var scope = NewDisposeScope();
        var normed = RmsNorm.Of(x, norm, epsilon);
        return [.. projections.Select(one => one.Of(normed).MoveToOuterDisposeScope())];
    }

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var (x, norm, projections) = ((Tensor)vars[0], (Tensor)vars[1], (IReadOnlyList<Projection>)vars[3]);
        var (normed, reciprocal) = RmsNorm.Normed(x, norm, (double)vars[2], isPassing: true);
        ctx.set_materialize_grads(false);
        ctx.save_data("projections", projections);
        ctx.save_data("inputs", vars.Length);
        ctx.save_for_backward([x, reciprocal.MoveToOuterDisposeScope(), norm]);
        return [.. projections.Select(one => one.Of(normed).MoveToOuterDisposeScope())];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) =>
        BackwardPass.Answer((int)ctx.get_data("inputs"), () => Gradient(ctx, grad_outputs));

    private static Tensor Gradient(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (whole, reciprocal, norm) = (saved[0], saved[1].reshape(-1, 1), saved[2]);
        var x = whole.reshape(-1, whole.shape[^1]);
        var projections = (IReadOnlyList<Projection>)ctx.get_data("projections");
        var normed = RmsNorm.Again(x, reciprocal, norm);
        Tensor? sum = null;
        for (var i = 0; i < projections.Count; i++)
        {
            using var gradient = grad_outputs[i];
            var rows = gradient.reshape(-1, gradient.shape[^1]);
            projections[i].AddGradients(rows, normed);
            sum = MatrixProduct.AddInputs(sum, rows, projections[i].Weight);
        }

        return RmsNorm.Backward(sum!, x, reciprocal, norm).view(whole.shape).MoveToOuterDisposeScope();
    }
}
