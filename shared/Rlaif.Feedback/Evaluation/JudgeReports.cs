using Rlaif.Contracts;
using Rlaif.Feedback.Settling;
using Rlaif.Feedback.Statistics;

namespace Rlaif.Feedback.Evaluation;

/// <summary>What a labeler said of one pair, and what others did.</summary>
/// <param name="PromptId">Pairs of one prompt are one cluster.</param>
/// <param name="Votes">The labeler's votes.</param>
/// <param name="Calls">Calls of a model that they took; 0 for rules and people.</param>
/// <param name="FirstLength">Characters of the first response.</param>
/// <param name="SecondLength">Characters of the second response.</param>
/// <param name="Settled">The settled preference for the first response, by the labelers that count; null when there is none.</param>
/// <param name="Human">A person's preference for the first response, on calibration pairs; null on all others.</param>
public sealed record JudgedPair(
    string PromptId, IReadOnlyList<Vote> Votes, int Calls, int FirstLength, int SecondLength, double? Settled = null, double? Human = null);

/// <summary>What a labeler is worth, from its stored votes: the same figures for a model, for rules and for people.</summary>
public static class JudgeReports
{
    /// <summary>Of all pairs of one labeler, in any fixed order.</summary>
    /// <param name="labeler">Who.</param>
    /// <param name="pairs">What it labeled.</param>
    /// <param name="weights">Weights by principle.</param>
    /// <param name="seed">Names the draws of the intervals.</param>
    /// <param name="resamples">Resamples of prompts for the intervals.</param>
    /// <param name="confidence">Coverage of the intervals.</param>
    public static JudgeReport Of(
        string labeler, IReadOnlyList<JudgedPair> pairs, IReadOnlyDictionary<string, double> weights,
        ulong seed, int resamples = 2000, double confidence = 0.95)
    {
        var votes = pairs.SelectMany(pair => pair.Votes, (pair, vote) => (pair, vote)).ToList();
        var inOrders = votes.Where(one => one.vote is { Preference: not null, PositionBias: not null }).ToList();
        var firstPlace = inOrders.SelectMany(one => InOrders(one.vote)).Where(logit => logit != 0).ToList();
        var consistency = votes.Select(one => one.vote.OrderConsistent).OfType<bool>().ToList();
        var calls = pairs.Sum(pair => pair.Calls);
        return new()
        {
            Labeler = labeler,
            Calls = calls > 0 ? calls : votes.Count,
            Failures = new OrderedDictionary<string, int>(
                votes.Select(one => one.vote.Failure).OfType<FailureKind>().CountBy(kind => kind).OrderBy(kind => kind.Key)
                    .Select(kind => KeyValuePair.Create(Name(kind.Key), kind.Value)), StringComparer.Ordinal),
            OrderConsistency = consistency is [] ? null : (double)consistency.Count(same => same) / consistency.Count,
            FirstPlaceBias = inOrders is [] ? null : inOrders.Average(one => one.vote.PositionBias!.Value),
            FirstPlaceShare = firstPlace is [] ? null : (double)firstPlace.Count(logit => logit > 0) / firstPlace.Count,
            LengthCorrelation = LengthCorrelation(votes),
            SettledAgreement = Agreement(pairs, pair => pair.Settled, pair => Decided(pair, weights)),
            HumanAgreement = Agreement(pairs, pair => pair.Human, pair => Leaning(pair, weights)),
            HumanPairs = pairs.Count(pair => pair.Human is not null && Leaning(pair, weights) is not null),
        };

        Estimate? Agreement(IEnumerable<JudgedPair> all, Func<JudgedPair, double?> theirs, Func<JudgedPair, double?> ours)
        {
            var rows = all.Select(pair => (pair.PromptId, Theirs: theirs(pair), Ours: ours(pair)))
                .Where(row => row is { Theirs: not (null or 0.5), Ours: not null })
                .Select(row => (row.PromptId, row.Ours == 0.5 ? 0.5 : row.Ours > 0.5 == row.Theirs > 0.5 ? 1.0 : 0)).ToList();
            var interval = ClusterBootstrap.Of(rows, seed, resamples, confidence);
            return rows is [] ? null : new(interval.Mean, interval.Low, interval.High);
        }
    }

    /// <summary>What it would settle; null when it abstains or calls a tie.</summary>
    private static double? Decided(JudgedPair pair, IReadOnlyDictionary<string, double> weights) =>
        Settlement.Of([new("", pair.Votes)], weights, 0) is { Settled: true } settled ? settled.Preference : null;

    /// <summary>The side that it leans to, even where the order changed its verdict: d is what its opinion is worth, not its consistency.</summary>
    private static double? Leaning(JudgedPair pair, IReadOnlyDictionary<string, double> weights) => Settlement.PreferenceOf(pair.Votes, weights);

    private static double? LengthCorrelation(List<(JudgedPair Pair, Vote Vote)> votes)
    {
        var said = votes.Where(one => one.Vote.Preference is not null).ToList();
        if (said is [])
        {
            return null;
        }

        var correlation = Correlation.Pearson(
            [.. said.Select(one => Logit(one.Vote.Preference!.Value))],
            [.. said.Select(one => (double)one.Pair.FirstLength - one.Pair.SecondLength)]);
        return double.IsNaN(correlation) ? null : correlation;
    }

    // l1 = d + b and l2 = b - d: the log-odds of the first place in each order. What rounding leaves of a tie is a tie.
    private static IEnumerable<double> InOrders(Vote vote)
    {
        var (d, b) = (Logit(vote.Preference!.Value), vote.PositionBias!.Value);
        return new[] { d + b, b - d }.Select(logit => Math.Abs(logit) < 1e-6 ? 0 : logit);
    }

    private static double Logit(double probability) =>
        Math.Clamp(Math.Log(probability / (1 - probability)), -SoftPreference.Cap, SoftPreference.Cap);

    private static string Name(FailureKind kind) => kind.ToString() is var name ? char.ToLowerInvariant(name[0]) + name[1..] : "";
}
