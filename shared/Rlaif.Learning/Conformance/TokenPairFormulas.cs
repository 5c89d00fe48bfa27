using Rlaif.Learning.Losses;
using Rlaif.Recipes;
using static Rlaif.Learning.Conformance.Plain;
using static TorchSharp.torch;

namespace Rlaif.Learning.Conformance;

/// <summary>Losses of pairs that look at tokens, and those of rewards.</summary>
internal static class TokenPairFormulas
{
    private const int Pairs = 3;
    private const double Beta = 0.3, Alpha = 0.4, Hinge = 0.5, PerToken = 0.7, PerSequence = 0.2, TokensPerPair = 3.5, Centring = 0.02;

    private static readonly (int Chosen, int Rejected)[] Lengths = [(3, 5), (4, 2), (1, 1)];

    /// <summary>Whose each token is, in the order of <see cref="PairTokens"/>, and its place in the response.</summary>
    private static readonly (int Sequence, int Place)[] Tokens =
    [
        .. Lengths.Select(pair => pair.Chosen).Concat(Lengths.Select(pair => pair.Rejected)).SelectMany((length, sequence) => Enumerable.Range(0, length).Select(place => (sequence, place))),
    ];

    public static IEnumerable<Formula> All =>
    [
        new("DPO of tokens", "mixture, ldAlpha, wpo",
            random =>
            [
                random.Between(-4, -0.1, Tokens.Length).Learnt(), random.Between(-3, -0.1, Tokens.Length), random.Between(-12, -1, Pairs), random.Between(-12, -1, Pairs), random.Between(0, 1, Pairs),
            ],
            OfTensors, OfTokens),
        Rewards("Bradley-Terry, margin, centring",
            t => BradleyTerryLoss.Of(t[0], t[1], t[2], t[3], Centring).PerPair,
            (chosen, rejected, p, margin) => -(p * LogSigmoid(chosen - rejected - margin)) - ((1 - p) * LogSigmoid(rejected - chosen - margin)) + (Centring * Square(chosen + rejected))),
        Ties("Davidson", DavidsonLoss.Of, (d, nu) => [Math.Exp(d / 2), Math.Exp(nu), Math.Exp(-d / 2)]),
        Ties("Rao-Kupper", RaoKupperLoss.Of, (d, eta) => [Sigmoid(d - eta), (Math.Exp(2 * eta) - 1) * Sigmoid(d - eta) * Sigmoid(-d - eta), Sigmoid(-d - eta)]),
    ];

    private static Tensor OfTensors(Tensor[] t)
    {
        var recipe = new VariantRecipe
        {
            Mixture = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["hinge"] = Hinge, ["sft"] = PerToken, ["sftPerSequence"] = PerSequence },
            LdAlpha = Alpha, Wpo = true,
        };
        var tokens = new PairTokens(t[0], tensor(Tokens.Select(token => (long)token.Sequence).ToArray()), Lengths) { LogSumsOfSquares = t[1] };
        return new TokenVariant(recipe, Beta).Of(tokens, new(t[2], t[3]), t[4], TokensPerPair).PerPair;
    }

    private static double[] OfTokens(double[][] x, double[][] still)
    {
        double Over(int sequence, Func<int, int, double> of) =>
            Enumerable.Range(0, Tokens.Length).Where(at => Tokens[at].Sequence == sequence).Sum(at => of(at, Tokens[at].Place));
        return Each(Pairs, i =>
        {
            var ((yc, yr), chosen, rejected) = (Lengths[i], i, Pairs + i);
            double Weighed(int sequence, int other) => Over(sequence, (at, place) => x[0][at] * (place < other ? 1 : Alpha));
            double Likely(int sequence, int length) => Over(sequence, (at, _) => still[0][at] - x[1][at]) / length;
            double Both(Func<int, double> of) => (x[4][i] * of(chosen)) + ((1 - x[4][i]) * of(rejected));
            double Nll(int sequence) => -Over(sequence, (at, _) => x[0][at]);
            var difference = Weighed(chosen, yr) - x[2][i] - (Weighed(rejected, yc) - x[3][i]);
            var hinge = (x[4][i] * Math.Max(0, 1 - (Beta * difference))) + ((1 - x[4][i]) * Math.Max(0, 1 + (Beta * difference)));
            var loss = (Hinge * hinge) + (PerToken * Both(Nll) / TokensPerPair) + (PerSequence * Both(sequence => Nll(sequence) / (sequence == chosen ? yc : yr)));
            return loss * Math.Exp(Likely(chosen, yc) + Likely(rejected, yr));
        });
    }

    private static Formula Rewards(string name, Func<Tensor[], Tensor> ours, Func<double, double, double, double, double> loss) => new(
        "reward models", name,
        random => [random.Normal(2, Pairs).Learnt(), random.Normal(2, Pairs).Learnt(), random.Between(0, 1, Pairs), random.Between(0, 1, Pairs)],
        ours, (x, _) => Each(Pairs, i => loss(x[0][i], x[1][i], x[2][i], x[3][i])));

    /// <summary>Cross-entropy to labels of (chosen, tie, rejected); the parameter of ties learns too.</summary>
    private static Formula Ties(string name, Func<Tensor, Tensor, Tensor, Tensor, PairLoss> ours, Func<double, double, double[]> odds) => new(
        "reward models", name,
        random => [random.Normal(2, Pairs).Learnt(), random.Normal(2, Pairs).Learnt(), random.Between(0, 1, Pairs, 3), random.Between(0.3, 1, 1).Learnt()],
        t => ours(t[0], t[1], t[2], t[3].squeeze()).PerPair,
        (x, _) => Each(Pairs, i =>
        {
            var of = odds(x[0][i] - x[1][i], x[3][0]);
            return -Enumerable.Range(0, 3).Sum(k => x[2][(i * 3) + k] * Math.Log(of[k] / of.Sum()));
        }));
}
