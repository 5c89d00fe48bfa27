using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Tokens whose log-probabilities are asked for. Only the states that predict them go through the head: on a small model the head is a
/// third of a step.</summary>
/// <param name="Rows">[asked] int64: which of a batch's states predicts each.</param>
/// <param name="Targets">[asked] int64: the tokens.</param>
/// <param name="Sequences">[asked] int64: whose they are.</param>
/// <param name="Count">Number of sequences.</param>
internal sealed record AskedTokens(Tensor Rows, Tensor Targets, Tensor Sequences, long Count)
{
    public static AskedTokens Of(IReadOnlyList<(long Row, long Target, long Sequence)> tokens, long count) => new(
        tensor([.. tokens.Select(t => t.Row)]), tensor([.. tokens.Select(t => t.Target)]), tensor([.. tokens.Select(t => t.Sequence)]), count);

    /// <summary>[states, hidden] to [asked, vocabulary].</summary>
    public Tensor Logits(LanguageModel model, Tensor states)
    {
        using var scope = NewDisposeScope();
        return model.Logits(states.index_select(0, Rows)).MoveToOuterDisposeScope();
    }

    /// <summary>[states, hidden] to [asked], nats per token, at a temperature.</summary>
    public Tensor LogProbs(LanguageModel model, Tensor states, double temperature = 1)
    {
        using var scope = NewDisposeScope();
        return model.LogProbs(states.index_select(0, Rows), Targets, temperature).MoveToOuterDisposeScope();
    }

    /// <summary>The same with log Σ_v π(v)² where each token stands, [asked] without gradient.</summary>
    public (Tensor LogProbs, Tensor LogSumsOfSquares) WithSquares(LanguageModel model, Tensor states)
    {
        using var scope = NewDisposeScope();
        var logits = Logits(model, states);
        return (TokenLogProbs.Of(logits, Targets).MoveToOuterDisposeScope(), OnPolicyWeight.LogSumOfSquares(logits).MoveToOuterDisposeScope());
    }

    /// <summary>[states, hidden] to [sequences], nats per sequence; added token by token, so that the rest of the batch does not change the
    /// order, and in f64: losses see the difference of two such sums, and of f32 each addition would round it.</summary>
    public Tensor SequenceLogProbs(LanguageModel model, Tensor states)
    {
        using var scope = NewDisposeScope();
        return zeros(Count, ScalarType.Float64).index_add(0, Sequences, LogProbs(model, states).to(ScalarType.Float64), 1).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
