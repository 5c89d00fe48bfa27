namespace Rlaif.Contracts;

/// <summary>A principle as it travels: all that a labeler, of whatever kind, needs to judge by it.</summary>
/// <param name="Id">Stable id within the constitution.</param>
/// <param name="Question">Which response is better under this principle, in words for people and models.</param>
/// <param name="Check">The machine check as JSON, or null when only a person or a model can tell.</param>
public sealed record PrincipleText(string Id, string Question, string? Check = null);

/// <summary>What a labeler thinks of one pair under one principle.</summary>
/// <remarks>Exactly one of preference, abstention and failure: a failure is never a label.</remarks>
public sealed record Vote
{
    /// <summary>The principle's id.</summary>
    public required string Principle { get; init; }

    /// <summary>Probability that the first response is preferred, 0..1; one half is a tie. Null when there is no preference.</summary>
    public double? Preference { get; init; }

    /// <summary>How much the first place itself was preferred, b = (l1 + l2) / 2 in logits; null where order plays no part.</summary>
    public double? PositionBias { get; init; }

    /// <summary>Whether both orders gave the same verdict; null where order plays no part.</summary>
    public bool? OrderConsistent { get; init; }

    /// <summary>The principle has nothing to say about this prompt.</summary>
    public bool NotApplicable { get; init; }

    /// <summary>Why there is no preference; null when there is one.</summary>
    public FailureKind? Failure { get; init; }

    /// <summary>What was seen instead of a verdict, shortened; untrusted text.</summary>
    public string? Detail { get; init; }
}

/// <summary>Why a labeler has no verdict. The first nine are what the verdict parser finds; the rest are failures of the call.</summary>
public enum FailureKind
{
    /// <summary>The endpoint's filter stopped the judge.</summary>
    Filtered,

    /// <summary>Nothing was said.</summary>
    Empty,

    /// <summary>Cut off at the token limit.</summary>
    Truncated,

    /// <summary>A verdict of the wrong form.</summary>
    Schema,

    /// <summary>More than one verdict.</summary>
    MultiVerdict,

    /// <summary>A rating outside the scale.</summary>
    OutOfRange,

    /// <summary>A tie where none is allowed.</summary>
    TieNotAllowed,

    /// <summary>The judge declined to judge.</summary>
    Refusal,

    /// <summary>Text without a verdict.</summary>
    NoVerdict,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>The endpoint could not be reached or answered with an error.</summary>
    Unreachable,

    /// <summary>Log-probabilities were asked for and none of the verdict tokens was among them.</summary>
    NoLogProbs,

    /// <summary>The labeler cannot judge this pair (no principle it understands).</summary>
    NotQualified,
}
