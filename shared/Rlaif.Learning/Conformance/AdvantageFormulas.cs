using Rlaif.Learning.Advantages;
using TorchSharp;
using static Rlaif.Learning.Conformance.Plain;
using static TorchSharp.torch;

namespace Rlaif.Learning.Conformance;

/// <summary>Advantages, statistics, shaping, KL estimators and importance weights.</summary>
internal static class AdvantageFormulas
{
    private const string Tokens = "advantages of tokens", Groups = "advantages of groups", Kl = "KL estimators";
    private const double Gamma = 0.9, Lambda = 0.8, RhoBar = 1.1, CBar = 0.95, Beta = 0.07;
    private const int Rows = Drawing.Rows, Time = Drawing.Time, Size = 4, Prompts = 3;

    public static IEnumerable<Formula> All =>
    [
        OfTokens(Tokens, "GAE", t => Both(GeneralisedAdvantage.Of(t[0], t[1], t[2], Gamma, Lambda)), x => Gae(x, x[1])),
        OfTokens(Tokens, "rewards to go", t => GeneralisedAdvantage.RewardsToGo(t[0], t[2], Gamma), x => Later(x[2], (i, next, _) => x[0][i] + (Gamma * next))),
        OfTokens(Tokens, "V-trace", t => Both(new VTrace(Gamma, Lambda, RhoBar, CBar).Of(t[0], t[1], t[0], t[1], t[2])), VTraceOf),
        OfTokens("statistics", "whitened", t => MaskedStatistics.Whiten(t[0], t[2]), x => Scaled(x, v => v + 1e-8, less: 1, keep: false)),
        OfTokens("statistics", "whitened, mean kept", t => MaskedStatistics.Whiten(t[0], t[2], keepMean: true, population: true), x => Scaled(x, v => v + 1e-8, less: 0, keep: true)),
        OfTokens("statistics", "standardised", t => MaskedStatistics.Standardise(t[0], t[2]), x => Scaled(x, v => Math.Max(v, 1e-8), less: 0, keep: false)),
        new("shaping", "score, penalty, KL",
            random =>
            {
                var mask = random.Mask();
                return [random.Normal(3, Rows), random.Whole(0, 2, Rows), random.Tokens(mask, 0, 0.5), mask];
            },
            t => RewardShaping.Rewards(RewardShaping.Scores(t[0], t[1], clip: 2, missingEndPenalty: 0.5), t[2], t[3], Beta), Shaped),
        .. new (KlKind Kind, Func<double, double> Of)[] { (KlKind.K1, d => d), (KlKind.K2, d => d * d / 2), (KlKind.K3, d => Math.Exp(-d) - 1 + d), (KlKind.Absolute, Math.Abs) }
            .Select(one => OfTokens(Kl, $"{one.Kind}", t => KlEstimator.Of(one.Kind, t[0], t[1], t[2]), x => Each(Rows * Time, i => x[2][i] == 1 ? one.Of(x[0][i] - x[1][i]) : 0), learns: true)),
        .. Enum.GetValues<WeightLevel>().SelectMany(level => Enum.GetValues<WeightLimit>().Select(limit => Weight(level, limit))),
        .. Enum.GetValues<RewardScale>().Select(scale => OfGroups($"GRPO, by {scale}", t => GroupAdvantage.Of(t[0], Size, scale).Advantages, r => Grouped(r, scale))),
        new(Groups, "GRPO, each source by itself",
            random =>
            {
                var (one, other) = (random.Normal(1, Prompts * Size), random.Normal(30, Prompts * Size));
                one.Values[Size + 1] = other.Values[Size + 1] = other.Values[0] = double.NaN;
                return [one, other];
            },
            t => GroupAdvantage.OfEach(stack([t[0], t[1]], 1), tensor(new[] { 2, 0.5 }).to(t[0].dtype), Size).Advantages,
            (x, _) => ByBatch([.. Grouped(x[0], RewardScale.Group).Zip(Grouped(x[1], RewardScale.Group), (one, other) => (2 * one) + (0.5 * other))])),
        OfGroups("leave one out", t => LeaveOneOut.Of(t[0], Size), LeftOut),
        OfGroups("leave one out, normalised", t => LeaveOneOut.Of(t[0], Size, normalise: true), rewards => ByBatch(LeftOut(rewards))),
        OfGroups("greedy baseline", t => GreedyBaseline.Of(t[0], t[1]), (rewards, greedy) => Each(rewards.Length, i => double.IsNaN(rewards[i]) ? 0 : rewards[i] - greedy[i / Size])),
    ];

    private static Formula OfTokens(string group, string name, Func<Tensor[], Tensor> ours, Func<double[][], double[]> oracle, bool learns = false) => new(
        group, name,
        random =>
        {
            var mask = random.Mask();
            return [random.Tokens(mask, 0.5, 0.6) with { Learns = learns }, random.Tokens(mask, 0.3, 0.6), mask];
        },
        ours, (x, _) => oracle(x));

    private static Formula OfGroups(string name, Func<Tensor[], Tensor> ours, Func<double[], double[]> oracle) => OfGroups(name, ours, (rewards, _) => oracle(rewards));

    // One response of the second group nobody could score.
    private static Formula OfGroups(string name, Func<Tensor[], Tensor> ours, Func<double[], double[], double[]> oracle) => new(
        Groups, name,
        random =>
        {
            var rewards = random.Normal(1, Prompts * Size);
            rewards.Values[Size + 1] = double.NaN;
            return [rewards, random.Normal(1, Prompts)];
        },
        ours, (x, _) => oracle(x[0], x[1]));

    private static Formula Weight(WeightLevel level, WeightLimit limit) => OfTokens(
        "importance weights", $"{level}, {limit}", t => ImportanceWeight.Of(t[0], t[1], t[2], level, limit, most: 2, least: 0.4),
        x => Each(level == WeightLevel.Token ? Rows * Time : Rows, place =>
        {
            var weight = Math.Exp(level == WeightLevel.Token ? x[2][place] == 1 ? x[0][place] - x[1][place] : 0 : Sum(x[2], i => i / Time == place ? x[0][i] - x[1][i] : 0));
            return limit == WeightLimit.Truncate ? Math.Clamp(weight, 0.4, 2) : weight is > 2 or < 0.4 ? 0 : weight;
        }));

    private static Tensor Both(TokenAdvantages of) => stack([of.Advantages, of.Returns]);

    /// <summary>Values of real tokens from what follows them in their row: of the place, the value after it, and the place after it (-1: none).</summary>
    private static double[] Later(double[] mask, Func<int, double, int, double> of)
    {
        var values = new double[mask.Length];
        for (var row = 0; row < Rows; row++)
        {
            var (next, after) = (0.0, -1);
            for (var i = ((row + 1) * Time) - 1; i >= row * Time; i--)
            {
                if (mask[i] == 1)
                {
                    (next, after) = (values[i] = of(i, next, after), i);
                }
            }
        }

        return values;
    }

    private static double[] Gae(double[][] x, double[] values)
    {
        double Value(int i) => i < 0 ? 0 : values[i];
        var advantages = Later(x[2], (i, next, after) => x[0][i] + (Gamma * Value(after)) - values[i] + (Gamma * Lambda * next));
        return [.. advantages, .. Each(advantages.Length, i => x[2][i] == 1 ? advantages[i] + values[i] : 0)];
    }

    // Rewards and values stand for the log-probabilities of policy and sampler too.
    private static double[] VTraceOf(double[][] x)
    {
        var (rewards, values) = (x[0], x[1]);
        double Value(int i) => i < 0 ? 0 : values[i];
        double Weight(int i) => Math.Exp(x[0][i] - x[1][i]);
        var targets = Later(x[2], (i, next, after) =>
            values[i] + (Math.Min(RhoBar, Weight(i)) * (rewards[i] + (Gamma * Value(after)) - values[i])) + (Gamma * Lambda * Math.Min(CBar, Weight(i)) * (next - Value(after))));
        var advantages = Later(x[2], (i, _, after) => Math.Min(RhoBar, Weight(i)) * (rewards[i] + (Gamma * (after < 0 ? 0 : targets[after])) - values[i]));
        return [.. advantages, .. targets];
    }

    private static double[] Scaled(double[][] x, Func<double, double> variance, int less, bool keep)
    {
        var (mean, root) = (Mean(x[2], i => x[0][i]), Math.Sqrt(variance(Variance(x[2], i => x[0][i], less))));
        return Each(x[0].Length, i => x[2][i] == 1 ? ((x[0][i] - mean) / root) + (keep ? mean : 0) : 0);
    }

    private static double[] Shaped(double[][] x, double[][] still)
    {
        var (scores, ended, kl, mask) = (x[0], x[1], x[2], x[3]);
        return Later(mask, (i, _, after) =>
            (-Beta * kl[i]) + (after < 0 ? Math.Clamp(scores[i / Time], -2, 2) - (ended[i / Time] == 1 ? 0 : 0.5) : 0));
    }

    private static double[] Grouped(double[] rewards, RewardScale scale)
    {
        var batch = Deviation(rewards);
        return Each(rewards.Length, i =>
        {
            var group = rewards[(i / Size * Size)..((i / Size * Size) + Size)];
            var centred = rewards[i] - group.Where(double.IsFinite).Average();
            var by = scale switch { RewardScale.Group => Deviation(group), RewardScale.Batch => batch, _ => 1 - 1e-4 };
            return double.IsNaN(rewards[i]) ? 0 : centred / (by + 1e-4);
        });
    }

    private static double[] LeftOut(double[] rewards) => Each(rewards.Length, i =>
    {
        var siblings = Enumerable.Range(i / Size * Size, Size).Where(j => j != i && double.IsFinite(rewards[j])).Select(j => rewards[j]);
        return double.IsNaN(rewards[i]) ? double.NaN : rewards[i] - siblings.Average();
    }).Select(advantage => double.IsNaN(advantage) ? 0 : advantage).ToArray();

    private static double[] ByBatch(double[] advantages)
    {
        double[] scored = [.. advantages.Where((_, i) => i != Size + 1)];
        return Each(advantages.Length, i => i == Size + 1 ? 0 : (advantages[i] - scored.Average()) / (Deviation(scored) + 1e-4));
    }

    private static double Deviation(double[] values)
    {
        double[] scored = [.. values.Where(double.IsFinite)];
        return Math.Sqrt(scored.Sum(value => Square(value - scored.Average())) / (scored.Length - 1));
    }
}
