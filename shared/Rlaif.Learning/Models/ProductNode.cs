using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary><see cref="MatrixProduct.Linear"/> where gradients are due: they are products of the same kind, and a weight's is added to what it has. The input is kept for a weight that
/// learns.</summary>
internal sealed class ProductNode : autograd.SingleTensorFunction<ProductNode>
{
    public override string Name => nameof(ProductNode);

    /// <summary>[.., in] to [.., out].</summary>
    /// <param name="x">The input.</param>
    /// <param name="projection">Without an adapter.</param>
    public static Tensor Of(Tensor x, Projection projection) => BackwardPass.Recorded(() => projection.Bias is { } bias ? apply(x, projection, projection.Weight, bias) : apply(x, projection, projection.Weight));

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, projection) = ((Tensor)vars[0], (Projection)vars[1]);
        ctx.set_materialize_grads(false);
        ctx.save_data("projection", projection);
        ctx.save_data("inputs", vars.Length);
        ctx.save_data("shape", x.shape);
        ctx.save_data("isAsked", x.requires_grad);
        ctx.save_for_backward(projection.Weight.requires_grad ? [x] : []);
        return MatrixProduct.Product(x, projection.Weight, projection.Bias);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardPass.Answer((int)ctx.get_data("inputs"), () =>
    {
        using var scope = NewDisposeScope();
        using var taken = grad_output;
        Tensor Rows(Tensor of) => of.reshape(-1, of.shape[^1]);
        var (outputs, projection, shape) = (Rows(grad_output), (Projection)ctx.get_data("projection"), (long[])ctx.get_data("shape"));
        foreach (var x in ctx.get_saved_variables())
        {
            WeightGradient.Add(projection.Weight, outputs, Rows(x));
        }

        projection.AddBiasGradient(outputs);
        return (bool)ctx.get_data("isAsked") ? MatrixProduct.AddInputs(null, outputs, projection.Weight).view(shape).MoveToOuterDisposeScope() : null;
    });
}
