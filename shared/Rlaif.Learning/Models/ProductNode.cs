using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary><see cref="MatrixProduct.Linear"/> where gradients are due: they are products of the same kind, and a weight's is added to what it has.</summary>
internal sealed class ProductNode : autograd.SingleTensorFunction<ProductNode>
{
    public override string Name => nameof(ProductNode);

    /// <inheritdoc cref="MatrixProduct.Linear"/>
    public static Tensor Of(Tensor x, Parameter weight, Tensor? bias) => BackwardPass.Recorded(() => bias is null ? apply(x, weight) : apply(x, weight, bias));

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], vars.Length > 2 ? (Tensor)vars[2] : null);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward(bias is null ? [x, weight] : [x, weight, bias]);
        return MatrixProduct.Linear(x, weight, bias);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var saved = ctx.get_saved_variables();
        return BackwardPass.Answer(saved.Count, () =>
        {
            using var scope = NewDisposeScope();
            using var taken = grad_output;
            var (x, weight) = (saved[0], saved[1]);
            Tensor Rows(Tensor of) => of.reshape(-1, of.shape[^1]);
            var outputs = Rows(grad_output);
            WeightGradient.Add(weight, outputs, Rows(x));
            if (saved.Count > 2)
            {
                WeightGradient.Add(saved[2], outputs.sum([0]));
            }

            return x.requires_grad ? MatrixProduct.AddInputs(null, outputs, weight).view(x.shape).MoveToOuterDisposeScope() : null;
        });
    }
}
