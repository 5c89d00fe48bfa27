using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Rows of the embedding. Autograd would make a gradient of the whole vocabulary for the few rows that a batch has.</summary>
internal sealed class EmbeddedTokens : autograd.SingleTensorFunction<EmbeddedTokens>
{
    public override string Name => nameof(EmbeddedTokens);

    /// <summary>[batch, time] int64 to [batch, time, hidden].</summary>
    public static Tensor Of(Parameter embedding, Tensor ids) => apply(embedding, ids);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var (embedding, ids) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.save_for_backward([embedding, ids]);
        return embedding.index_select(0, ids.reshape(-1)).view(ids.shape[0], ids.shape[1], embedding.shape[1]).MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var taken = grad_output;
        var saved = ctx.get_saved_variables();
        WeightGradient.Of(saved[0]).index_add_(0, saved[1].reshape(-1), grad_output.reshape(-1, grad_output.shape[^1]), 1);
        return [null!, null!];
    }
}
