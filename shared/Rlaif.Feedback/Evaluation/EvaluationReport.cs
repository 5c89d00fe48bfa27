using System.Text;
using Rlaif.Contracts;
using Rlaif.Feedback.Settling;
using Rlaif.Feedback.Statistics;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Evaluation;

/// <summary>Labeled pairs, responses, KL and rewards of a round become figures and the gate's decision. Same rows, same seed: same figures.</summary>
public sealed class EvaluationReport
{
    private readonly EvaluationInput _input;
    private readonly Dictionary<Guid, EvaluatedResponse> _responses;

    private EvaluationReport(EvaluationInput input)
    {
        _input = input;
        _responses = input.Candidate.Concat(input.Start).Concat(input.Incumbent ?? [])
            .DistinctBy(response => response.Id).ToDictionary(response => response.Id);
    }

    /// <summary>The figures.</summary>
    /// <exception cref="InputException">Nothing was compared, so there is no win rate.</exception>
    public static EvaluationFigures Of(EvaluationInput input) => new EvaluationReport(input).Figures();

    private EvaluationFigures Figures()
    {
        var start = Compare(_input.AgainstStart);
        var incumbent = _input.AgainstIncumbent is { } pairs ? Compare(pairs) : start;
        var kl = _input.Candidate.Select(response => response.Kl).OfType<KlEstimate>().ToList();
        var (k1, k3) = kl is [] ? (double.NaN, double.NaN) : (kl.Average(one => one.K1), kl.Average(one => one.K3));
        var (candidate, before) = (Probes.Of(_input.Candidate), Probes.Of(_input.Start));
        var incumbentProbes = _input.Incumbent is null ? before : Probes.Of(_input.Incumbent);
        var alsoStart = _input.AgainstIncumbent is null ? null : start.PerPrinciple;
        var gate = PromotionGate.Decide(
            new(incumbent.Rate, incumbent.Prompts, incumbent.PerPrinciple, alsoStart, k3, candidate, incumbentProbes), _input.Recipe.Gate);
        return new()
        {
            Prompts = start.Prompts,
            Labeler = _input.Labeler,
            WinRate = start.Rate,
            PerPrinciple = [.. start.PerPrinciple.Select(one => one.Rate)],
            AgainstIncumbent = incumbent.Rate,
            KlNatsPerSequence = kl is [] ? new Dictionary<string, double>() : new OrderedDictionary<string, double> { ["k1"] = k1, ["k3"] = k3 },
            RewardModel = RewardModel(),
            Probes = candidate.Figures,
            StartProbes = before.Figures,
            Promote = gate.Promote,
            Reasons = gate.Reasons,
        };
    }

    private (Estimate Rate, IReadOnlyList<JudgedRate> PerPrinciple, int Prompts) Compare(IReadOnlyList<LabeledPair> pairs)
    {
        var overall = Rate(pairs, Preference);
        var perPrinciple = _input.Weights.Keys
            .Select(principle => (principle, judged: Rate(pairs, pair => Preference(pair, principle))))
            .Where(one => one.judged.Prompts > 0)
            .Select(one => new JudgedRate(new(one.principle, one.judged.Rate.Mean, one.judged.Rate.Low, one.judged.Rate.High), one.judged.Prompts));
        return double.IsNaN(overall.Rate.Mean)
            ? throw new InputException(
                $"The evaluation has no win rate: labeler {_input.Labeler} decided none of {pairs.Count} pairs; look at its failures.")
            : (new(overall.Rate.Mean, overall.Rate.Low, overall.Rate.High), [.. perPrinciple], overall.Prompts);
    }

    private WinRate Rate(IReadOnlyList<LabeledPair> pairs, Func<LabeledPair, double?> preference) => WinRate.Of(
        [.. pairs.Select(pair => new Comparison(_responses[pair.Candidate].PromptId, preference(pair)))],
        _input.Seed, _input.Recipe.BootstrapSamples, _input.Recipe.Confidence);

    /// <summary>Probability that the candidate's response is preferred.</summary>
    private double? Preference(LabeledPair pair) => Preference(pair, pair.Votes);

    private double? Preference(LabeledPair pair, string principle) => Preference(pair, [.. pair.Votes.Where(vote => vote.Principle == principle)]);

    private double? Preference(LabeledPair pair, IReadOnlyList<Vote> votes)
    {
        var preference = Settlement.Of([new(_input.Labeler, votes)], _input.Weights, tieMargin: 0).Preference;
        return pair.CandidateFirst ? preference : 1 - preference;
    }

    private RewardModelFigures? RewardModel()
    {
        var labeled = _input.AgainstStart
            .Select(pair => (Candidate: _responses[pair.Candidate], Start: _responses[pair.Other], Preference: Preference(pair)))
            .Where(pair => pair is { Candidate.Reward: not null, Start.Reward: not null, Preference: not null }).ToList();
        var decided = labeled.Where(pair => pair.Preference != 0.5).ToList();
        if (decided is [])
        {
            return null;
        }

        var rows = decided.Select(pair =>
            (pair.Candidate.PromptId, Agrees(pair.Candidate.Reward!.Value - pair.Start.Reward!.Value, pair.Preference!.Value)));
        var accuracy = ClusterBootstrap.Of(rows, _input.Seed, _input.Recipe.BootstrapSamples, _input.Recipe.Confidence);
        var longer = decided.Average(pair => Agrees(Length(pair.Candidate) - Length(pair.Start), pair.Preference!.Value));
        return new(new(accuracy.Mean, accuracy.Low, accuracy.High), Math.Max(longer, 1 - longer), decided.Count,
            MeanReward(_input.Start), MeanReward(_input.Candidate),
            Calibration.Of(labeled.Select(pair => (pair.Candidate.Reward!.Value - pair.Start.Reward!.Value, pair.Preference!.Value))),
            Disagreement.Of([.. decided.Where(pair => pair is { Candidate.MemberRewards: not null, Start.MemberRewards: not null }).Select(pair =>
                ((IReadOnlyList<double>)[.. pair.Candidate.MemberRewards!.Zip(pair.Start.MemberRewards!, (ours, theirs) => ours - theirs)], pair.Preference > 0.5))]),
            PerPrinciple());
    }

    private IReadOnlyList<PrincipleAccuracy>? PerPrinciple()
    {
        IReadOnlyList<PrincipleAccuracy> heads = [.. _input.Weights.Keys.Select(Head).OfType<PrincipleAccuracy>()];
        return heads is [] ? null : heads;
    }

    private PrincipleAccuracy? Head(string principle)
    {
        double? Reward(Guid response) => _responses[response].PrincipleRewards is { } rewards && rewards.TryGetValue(principle, out var reward) ? reward : null;
        var rows = _input.AgainstStart
            .Select(pair => (_responses[pair.Candidate].PromptId, Difference: Reward(pair.Candidate) - Reward(pair.Other), Preference: Preference(pair, principle)))
            .Where(pair => pair is { Difference: not null, Preference: not null and not 0.5 })
            .Select(pair => (pair.PromptId, Agrees(pair.Difference!.Value, pair.Preference!.Value))).ToList();
        var accuracy = ClusterBootstrap.Of(rows, _input.Seed, _input.Recipe.BootstrapSamples, _input.Recipe.Confidence);
        return rows is [] ? null : new(principle, accuracy.Mean, accuracy.Low, accuracy.High, rows.Count);
    }

    /// <summary>1: ordered as the labeler does, one half: equal, 0: the other way.</summary>
    private static double Agrees(double difference, double preference) => difference == 0 ? 0.5 : difference > 0 == preference > 0.5 ? 1 : 0;

    private static double MeanReward(IEnumerable<EvaluatedResponse> responses) =>
        responses.Select(response => response.Reward).OfType<double>().Average();

    /// <summary>Characters, as code points.</summary>
    private static int Length(EvaluatedResponse response) => response.Response.Text.EnumerateRunes().Count();
}
