using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Rows of the embedding. Autograd would make a gradient of the whole vocabulary for the few rows that a batch has.</summary>
internal sealed class EmbeddedTokens : autograd.SingleTensorFunction<EmbeddedTokens>
{
    public override string Name => nameof(EmbeddedTokens);

    /// <summary>[batch, time] int64 to [batch, time, hidden].</summary>
    public static Tensor Of(Parameter embedding, Tensor ids) =>
        is_grad_enabled() && embedding.requires_grad ? BackwardPass.Recorded(() => apply(embedding, ids)) : Rows(embedding, ids);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (embedding, ids) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([embedding, ids]);
        return Rows(embedding, ids);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => BackwardPass.Answer(2, () =>
    {
        using var scope = NewDisposeScope();
        using var taken = grad_output;
        var saved = ctx.get_saved_variables();
        WeightGradient.Of(saved[0]).index_add_(0, saved[1].reshape(-1), grad_output.reshape(-1, grad_output.shape[^1]), 1);
        return null;
    });

    private static Tensor Rows(Tensor embedding, Tensor ids)
    {
        using var scope = NewDisposeScope();
        return embedding.index_select(0, ids.reshape(-1)).view(ids.shape[0], ids.shape[1], embedding.shape[1]).MoveToOuterDisposeScope();
    }
}
