namespace Rlaif.Contracts;

/// <summary>A mean with its interval.</summary>
public sealed record Estimate(double Mean, double Low, double High);

/// <summary>Win rate under one principle; ties count one half, prompts to which it does not apply count nothing.</summary>
public sealed record PrincipleWinRate(string Principle, double Mean, double Low, double High);

/// <summary>What the evaluation of one round found. The body of an evaluation row; the terminal, the summary and the gate read it.</summary>
public sealed record EvaluationFigures
{
    /// <summary>Held-out prompts that count.</summary>
    public required int Prompts { get; init; }

    /// <summary>Who compared.</summary>
    public required string Labeler { get; init; }

    /// <summary>Against the starting policy, 0..1.</summary>
    public required Estimate WinRate { get; init; }

    /// <summary>The same under each principle.</summary>
    public required IReadOnlyList<PrincipleWinRate> PerPrinciple { get; init; }

    /// <summary>Against the incumbent, which decides; equals <see cref="WinRate"/> while the incumbent is the starting policy.</summary>
    public required Estimate AgainstIncumbent { get; init; }

    /// <summary>KL to the starting policy, nats per sequence, by estimator (k1, k3).</summary>
    public required IReadOnlyDictionary<string, double> KlNatsPerSequence { get; init; }

    /// <summary>What the round's reward model is worth; null when none was trained.</summary>
    public RewardModelFigures? RewardModel { get; init; }

    /// <summary>Probes of the candidate by name.</summary>
    public required IReadOnlyDictionary<string, double> Probes { get; init; }

    /// <summary>The same of the starting policy.</summary>
    public required IReadOnlyDictionary<string, double> StartProbes { get; init; }

    /// <summary>The gate's word.</summary>
    public required bool Promote { get; init; }

    /// <summary>Why, in sentences.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }
}

/// <summary>What a reward model is worth on held-out pairs that the labeler decided.</summary>
/// <param name="Accuracy">Share of pairs that it orders as the labeler does, with an interval by prompt.</param>
/// <param name="LengthBaseline">The same for the better of "the shorter" and "the longer".</param>
/// <param name="Pairs">Decided pairs.</param>
/// <param name="StartReward">Mean reward of the starting policy's responses.</param>
/// <param name="CandidateReward">Mean reward of the candidate's responses.</param>
public sealed record RewardModelFigures(Estimate Accuracy, double LengthBaseline, int Pairs, double StartReward, double CandidateReward);

/// <summary>What a labeler is worth, from its stored votes.</summary>
public sealed record JudgeReport
{
    /// <summary>Who.</summary>
    public required string Labeler { get; init; }

    /// <summary>Calls of a model; for rules and people the labels they gave.</summary>
    public required int Calls { get; init; }

    /// <summary>Votes that failed, by kind.</summary>
    public required IReadOnlyDictionary<string, int> Failures { get; init; }

    /// <summary>Share of votes whose verdict was the same in both orders; null where order plays no part.</summary>
    public double? OrderConsistency { get; init; }

    /// <summary>Mean of b, the preference for the first place, in logits; null where order plays no part.</summary>
    public double? FirstPlaceBias { get; init; }

    /// <summary>Share of single-order verdicts for the first place; null where order plays no part.</summary>
    public double? FirstPlaceShare { get; init; }

    /// <summary>Correlation of the preference (in logits) with the difference in length.</summary>
    public double? LengthCorrelation { get; init; }

    /// <summary>Agreement with the settled preference of the pairs that both decided.</summary>
    public Estimate? SettledAgreement { get; init; }

    /// <summary>Agreement with the human choice on calibration pairs.</summary>
    public Estimate? HumanAgreement { get; init; }

    /// <summary>Pairs with a human choice that were labeled.</summary>
    public int HumanPairs { get; init; }
}
