using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>Log-probabilities of given tokens whose logits never lie in memory together: they are taken rows by rows, and when their gradient is due, again.</summary>
/// <remarks>Of a large vocabulary logits, their softmax and its gradient are the largest tensors of a step; the second pass through the head costs less than they
/// do (docs/decisions.md).</remarks>
internal sealed class ChunkedLogProbs : autograd.SingleTensorFunction<ChunkedLogProbs>
{
    /// <summary>Logits that may lie in memory together: 16 MB.</summary>
    internal const long MostLogits = 1L << 22;

    public override string Name => nameof(ChunkedLogProbs);

    /// <summary>log p(target) of every row at a temperature, [rows], nats per token. Few rows are one chunk, with gradients as the library has them.</summary>
    /// <param name="model">Its head.</param>
    /// <param name="states">[rows, hidden].</param>
    /// <param name="targets">[rows] int64.</param>
    /// <param name="temperature">Logits are divided by it.</param>
    /// <param name="most">Logits that may lie in memory together.</param>
    public static Tensor Of(LanguageModel model, Tensor states, Tensor targets, double temperature, long most = MostLogits)
    {
        using var scope = NewDisposeScope();
        var rows = Math.Max(1, most / model.Config.Vocabulary);
        if (states.shape[0] <= rows)
        {
            return OfRows(model, states, targets, temperature).MoveToOuterDisposeScope();
        }

        if (!is_grad_enabled())
        {
            return InChunks(model, states, targets, temperature, rows).MoveToOuterDisposeScope();
        }

        // Under a frozen model's states nothing says yet that there will be a gradient.
        var input = states.requires_grad ? states : states.detach().requires_grad_();
        return apply(model, input, targets, temperature, rows).MoveToOuterDisposeScope();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (model, states, targets, temperature, rows) = ((LanguageModel)vars[0], (Tensor)vars[1], (Tensor)vars[2], (double)vars[3], (long)vars[4]);
        ctx.save_data("model", model);
        ctx.save_data("temperature", temperature);
        ctx.save_data("rows", rows);
        ctx.save_for_backward([states, targets]);
        return InChunks(model, states, targets, temperature, rows);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var recorded = enable_grad();
        var (model, temperature, rows) = ((LanguageModel)ctx.get_data("model"), (double)ctx.get_data("temperature"), (long)ctx.get_data("rows"));
        var saved = ctx.get_saved_variables();
        var states = saved[0].detach().requires_grad_();
        foreach (var (begin, count) in Chunks(states.shape[0], rows))
        {
            using var chunk = NewDisposeScope();
            OfRows(model, states.narrow(0, begin, count), saved[1].narrow(0, begin, count), temperature).backward(grad_tensors: [grad_output.narrow(0, begin, count)]);
        }

        return [null!, states.grad!.MoveToOuterDisposeScope(), null!, null!, null!];
    }

    private static Tensor OfRows(LanguageModel model, Tensor states, Tensor targets, double temperature)
    {
        var logits = model.Logits(states);
        return TokenLogProbs.Of(temperature == 1 ? logits : logits / temperature, targets);
    }

    private static Tensor InChunks(LanguageModel model, Tensor states, Tensor targets, double temperature, long rows)
    {
        using var scope = NewDisposeScope();
        var all = Chunks(states.shape[0], rows).Select(chunk =>
        {
            using var own = NewDisposeScope();
            return OfRows(model, states.narrow(0, chunk.Begin, chunk.Count), targets.narrow(0, chunk.Begin, chunk.Count), temperature).MoveToOuterDisposeScope();
        }).ToList();
        return cat(all).MoveToOuterDisposeScope();
    }

    private static IEnumerable<(long Begin, long Count)> Chunks(long all, long rows)
    {
        for (var begin = 0L; begin < all; begin += rows)
        {
            yield return (begin, Math.Min(rows, all - begin));
        }
    }
}
