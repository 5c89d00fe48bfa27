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
/// <param name="Calibration">Whether its differences are the log-odds that they stand for; null in rows from before it was measured.</param>
/// <param name="Ensemble">What its members disagree about; null for a single model.</param>
/// <param name="PerPrinciple">Of its heads of single principles; null where it has none.</param>
public sealed record RewardModelFigures(
    Estimate Accuracy, double LengthBaseline, int Pairs, double StartReward, double CandidateReward, CalibrationFigures? Calibration = null,
    EnsembleFigures? Ensemble = null, IReadOnlyList<PrincipleAccuracy>? PerPrinciple = null);

/// <summary>Share of the pairs decided under a principle that its head orders as the labeler does, with an interval by prompt.</summary>
public sealed record PrincipleAccuracy(string Principle, double Mean, double Low, double High, int Pairs);

/// <summary>What the members of an ensemble disagree about, on the pairs that the labeler decided.</summary>
/// <param name="Members">How many.</param>
/// <param name="Deviation">Standard deviation (n - 1) of the members' differences of rewards, mean over pairs, in the unit of rewards.</param>
/// <param name="Unanimous">Share of pairs that all members order alike.</param>
/// <param name="UnanimousAccuracy">Share of those that are ordered as the labeler does; null where there are none.</param>
/// <param name="DividedAccuracy">The same of the others, by the mean of the members.</param>
public sealed record EnsembleFigures(int Members, double Deviation, double Unanimous, double? UnanimousAccuracy, double? DividedAccuracy);

/// <summary>How far σ(difference of rewards) is from the share of pairs that are preferred so, on pairs with a label, ties among them.</summary>
/// <param name="Error">Expected calibration error, 0..1: mean distance of both over the pairs, bin by bin.</param>
/// <param name="Temperature">T for which σ(difference / T) is most likely to give the labels: above 1, the model is too sure.</param>
/// <param name="ErrorAtTemperature">The error of σ(difference / T).</param>
/// <param name="Bins">The reliability diagram: bins of confidence that hold a pair, in their order.</param>
public sealed record CalibrationFigures(double Error, double Temperature, double ErrorAtTemperature, IReadOnlyList<ReliabilityBin> Bins);

/// <summary>Pairs in which a model is about as sure of the response that it prefers.</summary>
/// <param name="Pairs">How many.</param>
/// <param name="Confidence">Its mean probability for that response, 0.5..1.</param>
/// <param name="Preferred">The labels' mean probability for it.</param>
public sealed record ReliabilityBin(int Pairs, double Confidence, double Preferred);

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
