using Rlaif.Learning.Losses;
using static Rlaif.Learning.Conformance.Plain;

namespace Rlaif.Learning.Conformance;

/// <summary>PPO's losses, RLOO's, and GRPO's with its kin.</summary>
internal static class PolicyFormulas
{
    private const double Low = 0.2, High = 0.3, DualClip = 1.5, ValueClip = 0.2, Cap = 1.2, Delta = 1.25, Beta = 0.1, Bonus = 0.02, MaxLength = 9;
    private const int Rows = Drawing.Rows, Time = Drawing.Time;

    public static IEnumerable<Formula> All =>
    [
        Ppo("policy", null), Ppo("policy, dual clip", DualClip), Value("value", ValueClip), Value("value, no clip", null), Rloo,
        .. Enum.GetValues<GrpoVariant>().SelectMany(variant => new[] { Grpo(variant, RatioLevel.Token), Grpo(variant, RatioLevel.Sequence) }),
    ];

    private static Formula Rloo => new(
        "RLOO", "policy",
        random =>
        {
            var mask = random.Mask();
            return [random.Tokens(mask, -1, 0.1).Learnt(), random.Tokens(mask, -1, 0.1), random.Normal(1, Rows), mask];
        },
        t => RlooLoss.Of(t[0], t[1], t[2], t[3], new(Low, High)).Loss,
        (x, _) => [Each(Rows, row => Clipped(Math.Exp(RowSum(x[3], row, i => x[0][i] - x[1][i])), x[2][row])).Sum() / Rows]);

    private static Formula Ppo(string name, double? dualClip) => new(
        "PPO", name,
        random =>
        {
            var mask = random.Mask();
            return [random.Tokens(mask, -1, 0.3).Learnt(), random.Tokens(mask, -1, 0.3), random.Tokens(mask, 0, 1), mask];
        },
        t => PpoPolicyLoss.Of(t[0], t[1], t[2], t[3], new(Low, High), dualClip).Loss,
        (x, _) =>
        [
            Mean(x[3], i =>
            {
                var loss = Clipped(Math.Exp(x[0][i] - x[1][i]), x[2][i]);
                return dualClip is { } most && x[2][i] < 0 ? Math.Min(loss, -most * x[2][i]) : loss;
            }),
        ]);

    private static Formula Value(string name, double? clip) => new(
        "PPO", name,
        random =>
        {
            var mask = random.Mask();
            return [random.Tokens(mask, 0, 0.4).Learnt(), random.Tokens(mask, 0, 0.4), random.Tokens(mask, 0, 1), mask];
        },
        t => PpoValueLoss.Of(t[0], t[1], t[2], t[3], clip).Loss,
        (x, _) =>
        [
            Mean(x[3], i =>
            {
                var bound = clip is { } most ? x[1][i] + Math.Clamp(x[0][i] - x[1][i], -most, most) : x[0][i];
                return Math.Max(Square(x[0][i] - x[2][i]), Square(bound - x[2][i])) / 2;
            }),
        ]);

    /// <summary>With a k3 penalty times the ratio, an entropy bonus, and weights of a sampler that is not the old policy.</summary>
    private static Formula Grpo(GrpoVariant variant, RatioLevel level) => new(
        "GRPO and kin", $"{variant}, {level}",
        random =>
        {
            var mask = random.Mask();
            return
            [
                random.Tokens(mask, -1, 0.2).Learnt(), random.Tokens(mask, -1, 0.2), random.Normal(1, Rows), mask, random.Tokens(mask, -1, 0.2), random.Tokens(mask, 2, 0.3).Learnt(),
                random.Between(0.5, 1.5, Rows, 1),
            ];
        },
        t => GrpoLoss.Of(
            new(t[0], t[1], t[2], t[3]) { Reference = t[4], Entropy = t[5], Weights = t[6] },
            new() { Variant = variant, Level = level, Clip = new(Low, High), CispoCap = Cap, RatioCap = Delta, Beta = Beta, EntropyWeight = Bonus },
            new(Rows, Tokens: 17, MaxLength)).Loss,
        (x, still) => [GrpoOf(x, still, variant, level == RatioLevel.Sequence)]);

    private static double GrpoOf(double[][] x, double[][] still, GrpoVariant variant, bool ofSequence)
    {
        var (now, old, advantages, mask, reference, entropy, weights) = (x[0], x[1], x[2], x[3], x[4], x[5], x[6]);
        double LogRatio(double[] of, int i) => ofSequence ? RowMean(mask, i / Time, j => of[j] - old[j]) : of[i] - old[i];
        double Token(int i)
        {
            var (row, ratio, fixedRatio) = (i / Time, Math.Exp(LogRatio(now, i)), Math.Exp(LogRatio(still[0], i)));
            var advantage = advantages[row];
            var weight = weights[row];
            var policy = variant switch
            {
                GrpoVariant.Cispo => -Math.Min(fixedRatio, Cap) * advantage * now[i],
                GrpoVariant.Sapo => -advantage * Gate(ratio, advantage > 0 ? 1 : 1.05),
                GrpoVariant.Vespo => -Vespo(RowSum(mask, row, j => still[0][j] - old[j]) + Math.Log(weight), advantage) / weight * advantage * now[i],
                _ => Math.Max(-advantage * Math.Min(ratio, Delta), -advantage * Math.Clamp(ratio, 1 - Low, 1 + High)),
            };
            var log = now[i] - reference[i];
            return (policy * weight) + (Beta * (Math.Exp(-log) - 1 + log) * ratio);
        }

        var mean = variant switch
        {
            GrpoVariant.Grpo or GrpoVariant.Sapo => Each(Rows, row => RowMean(mask, row, Token)).Sum() / Rows,
            GrpoVariant.Bnpo => Mean(mask, Token),
            GrpoVariant.DrGrpo => Sum(mask, Token) / (Rows * MaxLength),
            GrpoVariant.Luspo => Sum(mask, Token) / Rows,
            _ => Sum(mask, Token) / 17,
        };
        return mean - (Bonus * Mean(mask, i => entropy[i]));
    }

    // max(-A r, -A clip(r)).
    private static double Clipped(double ratio, double advantage) => Math.Max(-advantage * ratio, -advantage * Math.Clamp(ratio, 1 - Low, 1 + High));

    private static double Gate(double ratio, double steepness) => Sigmoid(steepness * (ratio - 1)) * 4 / steepness;

    // φ(w) = w^k e^(λ(1-w)).
    private static double Vespo(double log, double advantage)
    {
        var (k, lambda) = advantage >= 0 ? (2.0, 3.0) : (3.0, 2.0);
        return Math.Exp((k * log) + (lambda * (1 - Math.Exp(log))));
    }

    private static double RowSum(double[] mask, int row, Func<int, double> of) => Sum(mask, i => i / Time == row ? of(i) : 0);

    private static double RowMean(double[] mask, int row, Func<int, double> of) => RowSum(mask, row, of) / Math.Max(1, RowSum(mask, row, _ => 1));
}
