using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>What pair losses report alike.</summary>
internal static class PairFigures
{
    /// <summary>Summed log-probabilities of both responses of each pair, every prompt computed once.</summary>
    public static PairLogProbs LogProbs(LanguageModel policy, IReadOnlyList<TrainingPair> pairs)
    {
        var batch = PairBatch.ForLogProbs(pairs);
        var sums = batch.Asked.SequenceLogProbs(policy, batch.Hidden(policy));      // [2 * pairs]
        return new(sums.narrow(0, 0, pairs.Count), sums.narrow(0, pairs.Count, pairs.Count));
    }

    /// <summary>Log-probabilities of every token of both responses of each pair, every prompt computed once.</summary>
    public static PairTokens Tokens(LanguageModel policy, IReadOnlyList<TrainingPair> pairs, bool squares)
    {
        var batch = PairBatch.ForLogProbs(pairs);
        var states = batch.Hidden(policy);
        var (logProbs, logSums) = squares ? batch.Asked.WithSquares(policy, states) : (batch.Asked.LogProbs(policy, states), null!);
        return new(logProbs, batch.Asked.Sequences, [.. pairs.Select(p => (p.Chosen.Length, p.Rejected.Length))]) { LogSumsOfSquares = logSums };
    }

    /// <summary>p that chosen is better for each pair, [pairs] f32; one half for a tied one.</summary>
    public static Tensor Preferences(IReadOnlyList<TrainingPair> pairs) => tensor([.. pairs.Select(p => (float)p.Label)]);

    /// <summary>Tokens of the responses, [pairs] f32.</summary>
    public static PairLengths Lengths(IReadOnlyList<TrainingPair> pairs) =>
        new(tensor([.. pairs.Select(p => (float)p.Chosen.Length)]), tensor([.. pairs.Select(p => (float)p.Rejected.Length)]));

    /// <summary>Pairs whose margin has the sign that the label asks for; a margin of 0 and a tied label count one half.</summary>
    public static double Agreements(Tensor margins, Tensor preferences) =>
        (((margins.sign() * (preferences - 0.5).sign()) + 1) / 2).sum().item<float>();

    public static double Sum(Tensor values) => values.detach().sum().item<float>();
}
