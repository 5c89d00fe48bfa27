using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Log-probabilities of given tokens.</summary>
public static class TokenLogProbs
{
    /// <summary>log p(token t+1 | tokens to t) at index t, in nats per token; zero where the mask is zero. Only masked positions go
    /// through the head, which is a third of the work of a step on a small model. Gradients flow when the model is trainable.</summary>
    /// <param name="model">The model, at temperature 1.</param>
    /// <param name="ids">[batch, time] int64, right padded.</param>
    /// <param name="mask">[batch, time] bool or int, 1 on the tokens that are asked for (a response). The first position is ignored.</param>
    /// <returns>[batch, time - 1] f32.</returns>
    public static Tensor Of(LanguageModel model, Tensor ids, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var (batch, next) = (ids.shape[0], ids.shape[1] - 1);
        var asked = mask.narrow(1, 1, next).to(ScalarType.Bool).reshape(-1);                            // [batch * next]
        var rows = asked.nonzero().squeeze(-1);                                                         // [asked]
        var states = model.Hidden(ids).narrow(1, 0, next).reshape(-1, model.Config.HiddenSize).index_select(0, rows);
        var targets = ids.narrow(1, 1, next).reshape(-1).index_select(0, rows);
        var logProbs = model.LogProbs(states, targets);
        return zeros(batch * next).masked_scatter(asked, logProbs).view(batch, next).MoveToOuterDisposeScope();
    }

    /// <summary>log p(target) under each row of logits, in nats per token.</summary>
    /// <param name="logits">[rows, vocabulary].</param>
    /// <param name="targets">[rows] int64.</param>
    /// <returns>[rows] f32.</returns>
    public static Tensor Of(Tensor logits, Tensor targets) => nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.None).neg();
}
