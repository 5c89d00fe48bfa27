using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using static Rlaif.Learning.Conformance.Plain;
using static TorchSharp.torch;

namespace Rlaif.Learning.Conformance;

/// <summary>Losses of summed log-probabilities: the DPO family on soft labels, KTO, and those without a reference.</summary>
internal static class PairFormulas
{
    private const string Family = "DPO family", Free = "without a reference";
    private const int Pairs = 5;
    private const double Beta = 0.3, Smoothing = 0.1, Temperature = 0.5, Gamma = 0.5, Alpha = 0.25;

    /// <summary>ℓ(c, r, |yc|, |yr|) of a certain label: formulas of docs/algorithms/dpo.md.</summary>
    private static readonly (string Loss, Func<double, double, double, double, double> Hard)[] OfRatios =
    [
        ("sigmoidPerToken", (c, r, yc, yr) => -LogSigmoid(Beta * ((c / yc) - (r / yr)))),
        ("robust", (c, r, _, _) => ((-(1 - Smoothing) * LogSigmoid(Beta * (c - r))) + (Smoothing * LogSigmoid(-Beta * (c - r)))) / (1 - (2 * Smoothing))),
        ("hinge", (c, r, _, _) => Math.Max(0, 1 - (Beta * (c - r)))),
        ("ipo", (c, r, yc, yr) => Square((c / yc) - (r / yr) - (1 / (2 * Beta)))),
        ("ipoPerSequence", (c, r, _, _) => Square(c - r - (1 / (2 * Beta)))),
        ("exo", (c, r, _, _) => Exo(Beta * (c - r))),
        ("nca", (c, r, _, _) => -LogSigmoid(Beta * c) - (LogSigmoid(-Beta * c) / 2) - (LogSigmoid(-Beta * r) / 2)),
        ("bco", (c, r, _, _) => -LogSigmoid(Beta * c) - LogSigmoid(-Beta * r)),
        ("sppo", (c, r, _, _) => Square(c - (1 / (2 * Beta))) + Square(r + (1 / (2 * Beta)))),
        ("apoZero", (c, r, _, _) => 1 - Sigmoid(Beta * c) + Sigmoid(Beta * r)),
        ("apoDown", (c, r, _, _) => Sigmoid(Beta * c) + 1 - Sigmoid(Beta * (c - r))),
        ("discopop", (c, r, _, _) => DiscoPop(Beta * (c - r))),
    ];

    private static readonly (string Divergence, Func<double, double> Score)[] Divergences =
    [
        ("forwardKl", u => 1 - Math.Exp(-u)), ("jensenShannon", u => Math.Log(2) + LogSigmoid(u)), ("alpha", u => (Math.Exp(-0.5 * u) - 1) / -0.5),
    ];

    public static IEnumerable<Formula> All =>
    [
        OfPairs("sigmoid", new(), (c, r, _, _, p) => Soft(p, Beta * (c - r))),
        OfPairs("sigmoid, smoothed", new() { LabelSmoothing = Smoothing }, (c, r, _, _, p) => Soft((p * (1 - Smoothing)) + ((1 - p) * Smoothing), Beta * (c - r))),
        .. OfRatios.Select(one => OfPairs(
            one.Loss, new() { Loss = one.Loss, LabelSmoothing = Smoothing, DiscopopTemperature = Temperature },
            (c, r, yc, yr, p) => (p * one.Hard(c, r, yc, yr)) + ((1 - p) * one.Hard(r, c, yr, yc)))),
        .. Divergences.Select(one => OfPairs(
            one.Divergence, new() { Divergence = one.Divergence }, (c, r, _, _, p) => Soft(p, Beta * (one.Score(c) - one.Score(r))))),
        Sorted("aot", (c, r, refC, refR) => c - r, (c, r, refC, refR) => refC - refR),
        Sorted("aotUnpaired", (c, r, refC, refR) => c - refC, (c, r, refC, refR) => r - refR),
        Kto,
        WithoutReference("simpo", new() { Simpo = new() { Beta = Beta, Gamma = Gamma, LabelSmoothing = Smoothing } },
            (c, r, yc, yr) => Soft(1 - Smoothing, (Beta * ((c / yc) - (r / yr))) - Gamma)),
        WithoutReference("simpo, alpha", new() { Simpo = new() { Beta = Beta, Gamma = Gamma, Alpha = Alpha } },
            (c, r, yc, yr) => -LogSigmoid((Beta * (((1 - Math.Exp(-Alpha * c / yc)) / Alpha) - ((1 - Math.Exp(-Alpha * r / yr)) / Alpha))) - Gamma)),
        .. new (string Loss, Func<double, double, double, double, double> Hard)[]
        {
            ("sigmoid", (c, r, _, _) => -LogSigmoid(Beta * (c - r))), ("hinge", (c, r, _, _) => Math.Max(0, 1 - (Beta * (c - r)))),
            ("ipo", (c, r, yc, yr) => Square((c / yc) - (r / yr) - (1 / (2 * Beta)))),
        }.Select(one => WithoutReference($"cpo, {one.Loss}", new() { Cpo = new() { Loss = one.Loss, Beta = Beta, NllWeight = 0.7 } },
            (c, r, yc, yr) => one.Hard(c, r, yc, yr) - (0.7 * c / yc))),
        WithoutReference("orpo", new() { Orpo = new() { Beta = Beta } },
            (c, r, yc, yr) => (-Beta * LogSigmoid(LogOdds(c / yc) - LogOdds(r / yr))) - (c / yc)),
    ];

    private static Formula Kto => new(
        "KTO", "kto",
        random => [random.Normal(4, Pairs).Learnt(), random.Between(0, 1, Pairs), random.Between(-1, 4, Pairs)],
        t => KtoLoss.Of(t[0], t[1], KtoLoss.Baseline(t[2]), Beta, (0.8, 1.3)),
        (x, _) =>
        {
            var z = Math.Max(0, x[2].Average());
            return Each(Pairs, i => (0.8 * x[1][i] * (1 - Sigmoid(Beta * (x[0][i] - z)))) + (1.3 * (1 - x[1][i]) * (1 - Sigmoid(Beta * (z - x[0][i])))));
        });

    /// <summary>Policy's and reference's log-probabilities of both responses, their lengths, labels.</summary>
    private static Argument[] Draw(Sampling.RandomStream random) =>
    [
        random.Normal(1.5, Pairs).Learnt(), random.Normal(1.5, Pairs).Learnt(), random.Normal(1.5, Pairs), random.Normal(1.5, Pairs),
        random.Whole(1, 9, Pairs), random.Whole(1, 9, Pairs), random.Between(0, 1, Pairs),
    ];

    private static Tensor OfTensors(Tensor[] t, VariantRecipe recipe) => new PairVariant(recipe, Beta).Of(new(t[0], t[1]), new(t[2], t[3]), new(t[4], t[5]), t[6]).PerPair;

    private static Formula OfPairs(string name, VariantRecipe recipe, Func<double, double, double, double, double, double> loss) => new(
        Family, name, Draw, t => OfTensors(t, recipe),
        (x, _) => Each(Pairs, i => loss(x[0][i] - x[2][i], x[1][i] - x[3][i], x[4][i], x[5][i], x[6][i])));

    // The better response of a pair is first, then both sides are sorted.
    private static Formula Sorted(
        string name, Func<double, double, double, double, double> better, Func<double, double, double, double, double> worse) => new(
        Family, name, Draw, t => OfTensors(t, new() { Loss = name, LabelSmoothing = Smoothing }),
        (x, _) =>
        {
            double[] Ordered(Func<double, double, double, double, double> of) =>
            [
                .. Enumerable.Range(0, Pairs).Select(i => x[6][i] < 0.5 ? of(x[1][i], x[0][i], x[3][i], x[2][i]) : of(x[0][i], x[1][i], x[2][i], x[3][i])).Order(),
            ];
            var (first, second) = (Ordered(better), Ordered(worse));
            return Each(Pairs, i => Soft(1 - Smoothing, Beta * (first[i] - second[i])));
        });

    private static Formula WithoutReference(string name, OptimizationRecipe recipe, Func<double, double, double, double, double> hard) => new(
        Free, name,
        random => [random.Between(-20, -1, Pairs).Learnt(), random.Between(-20, -1, Pairs).Learnt(), random.Whole(1, 9, Pairs), random.Whole(1, 9, Pairs), random.Between(0, 1, Pairs)],
        t => new ReferenceFreeVariant(recipe).Of(new(t[0], t[1]), new(t[2], t[3]), t[4]).PerPair,
        (x, _) => Each(Pairs, i => (x[4][i] * hard(x[0][i], x[1][i], x[2][i], x[3][i])) + ((1 - x[4][i]) * hard(x[1][i], x[0][i], x[3][i], x[2][i]))));

    private static double Soft(double p, double x) => -(p * LogSigmoid(x)) - ((1 - p) * LogSigmoid(-x));

    private static double Exo(double x) =>
        (Sigmoid(x) * (LogSigmoid(x) - Math.Log(1 - Smoothing))) + (Sigmoid(-x) * (LogSigmoid(-x) - Math.Log(Smoothing)));

    private static double DiscoPop(double x)
    {
        var modulation = Sigmoid(x / Temperature);
        return ((1 - modulation) * -LogSigmoid(x)) + (modulation * Math.Exp(-x));
    }

    private static double LogOdds(double u) => u - Math.Log(1 - Math.Exp(u));
}
