using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using TorchSharp;
using static Rlaif.Learning.Conformance.Plain;
using static TorchSharp.torch;

namespace Rlaif.Learning.Conformance;

/// <summary>What needs the whole vocabulary.</summary>
internal static class DistributionFormulas
{
    private const string Distributions = "distributions", Supervised = "SFT", Distilled = "distillation";
    private const int Tokens = 5, Vocabulary = 11;
    private const double Temperature = 0.7, Smoothing = 0.1, Mixture = 0.3;

    public static IEnumerable<Formula> All =>
    [
        Of(Distributions, "log-probability", t => TokenDistribution.LogProbs(t[0], Ids(t), Temperature), x => Each(Tokens, i => At(x, i, Temperature))),
        Of(Distributions, "log-probability by cross-entropy", t => TokenLogProbs.Of(t[0], Ids(t)), x => Each(Tokens, i => At(x, i))),
        Of(Distributions, "entropy", t => TokenDistribution.Entropy(t[0], Temperature), x => Each(Tokens, i => -LogSoftmax(x[0], i, Vocabulary, Temperature).Sum(l => Math.Exp(l) * l))),
        Of(Distributions, "sum of squares", t => OnPolicyWeight.LogSumOfSquares(t[0]), x => Each(Tokens, i => Math.Log(LogSoftmax(x[0], i, Vocabulary).Sum(l => Math.Exp(2 * l)))), learns: false),
        OfStill(Supervised, "dynamic fine-tuning", t => DynamicFineTuningLoss.Of(TokenLogProbs.Of(t[0], Ids(t)), 7), (x, still) => [-Each(Tokens, i => Math.Exp(At(still, i)) * At(x, i)).Sum() / 7]),
        Of(Supervised, "z-loss", t => ZLoss.Of(t[0], 7, Smoothing), x => [Smoothing * Each(Tokens, i => Square(LogSumExp(x[0], i, Vocabulary))).Sum() / 7]),
        Of(Supervised, "cross-entropy", t => CrossEntropyLoss.Of(t[0], Ids(t), 7), x => [-Each(Tokens, i => At(x, i)).Sum() / 7]),
        Of(Supervised, "label smoothing", t => CrossEntropyLoss.Of(t[0], Ids(t), 7, Smoothing),
            x => [-Each(Tokens, i => ((1 - Smoothing) * At(x, i)) + (Smoothing * LogSoftmax(x[0], i, Vocabulary).Average())).Sum() / 7]),
        Of(Distilled, "forward KL", t => DistillationLoss.ForwardKl(t[0], t[1], Temperature), x => Each(Tokens, i => Kl(Row(x[1], i), Row(x[0], i)))),
        Of(Distilled, "reverse KL", t => DistillationLoss.ReverseKl(t[0], t[1], Temperature), x => Each(Tokens, i => Kl(Row(x[0], i), Row(x[1], i)))),
        Of(Distilled, "Jensen-Shannon", t => DistillationLoss.JensenShannon(t[0], t[1], Mixture, Temperature), x => Each(Tokens, i =>
        {
            var (learns, knows) = (Row(x[0], i), Row(x[1], i));
            var middle = Each(Vocabulary, v => Math.Log((Mixture * Math.Exp(knows[v])) + ((1 - Mixture) * Math.Exp(learns[v]))));
            return (Mixture * Kl(knows, middle)) + ((1 - Mixture) * Kl(learns, middle));
        })),
    ];

    private static Formula Of(string group, string name, Func<Tensor[], Tensor> ours, Func<double[][], double[]> oracle, bool learns = true) =>
        OfStill(group, name, ours, (x, _) => oracle(x), learns);

    private static Formula OfStill(string group, string name, Func<Tensor[], Tensor> ours, Func<double[][], double[][], double[]> oracle, bool learns = true) => new(
        group, name,
        random => [random.Normal(2, Tokens, Vocabulary) with { Learns = learns }, random.Normal(2, Tokens, Vocabulary), random.Whole(0, Vocabulary, Tokens)],
        ours, oracle);

    private static Tensor Ids(Tensor[] t) => t[2].to(ScalarType.Int64);

    private static double At(double[][] x, int token, double temperature = 1) => LogSoftmax(x[0], token, Vocabulary, temperature)[(int)x[2][token]];

    private static double[] Row(double[] logits, int token) => LogSoftmax(logits, token, Vocabulary, Temperature);

    private static double Kl(double[] of, double[] from) => Enumerable.Range(0, of.Length).Sum(v => Math.Exp(of[v]) * (of[v] - from[v]));
}
