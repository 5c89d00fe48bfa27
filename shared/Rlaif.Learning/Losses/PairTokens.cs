using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Losses;

/// <summary>What a policy makes of every token of both responses of each pair: those of all chosen responses, then those of all rejected ones.</summary>
/// <param name="LogProbs">[tokens], nats.</param>
/// <param name="Sequences">[tokens] int64: whose each is; i the chosen response of pair i, pairs + i its rejected one.</param>
/// <param name="Lengths">Tokens of both responses of each pair.</param>
public sealed record PairTokens(Tensor LogProbs, Tensor Sequences, IReadOnlyList<(int Chosen, int Rejected)> Lengths)
{
    /// <summary>log Σ_v π(v)² where each token stands, [tokens]; null where no loss asks for it.</summary>
    public Tensor? LogSumsOfSquares { get; init; }

    /// <summary>The lengths as tensors.</summary>
    public PairLengths LengthTensors => new(OfLengths(pair => pair.Chosen), OfLengths(pair => pair.Rejected));

    /// <summary>Sums over each response, added token by token, so that the rest of the batch does not change the order.</summary>
    /// <param name="ofTokens">[tokens].</param>
    public PairLogProbs Sums(Tensor ofTokens)
    {
        ArgumentNullException.ThrowIfNull(ofTokens);
        var sums = zeros(2 * Lengths.Count, dtype: ofTokens.dtype).index_add(0, Sequences, ofTokens, 1);
        return new(sums.narrow(0, 0, Lengths.Count), sums.narrow(0, Lengths.Count, Lengths.Count));
    }

    /// <summary>Numbers as a tensor beside the log-probabilities, [numbers].</summary>
    internal Tensor Beside(IEnumerable<double> numbers) => tensor([.. numbers], dtype: LogProbs.dtype);

    private Tensor OfLengths(Func<(int Chosen, int Rejected), int> length) => Beside(Lengths.Select(pair => (double)length(pair)));
}
