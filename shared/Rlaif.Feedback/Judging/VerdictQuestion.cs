using Rlaif.Contracts;

namespace Rlaif.Feedback.Judging;

/// <summary>The form of a verdict.</summary>
public enum VerdictFormat
{
    /// <summary>One label of this call: A, B or tie.</summary>
    Pairwise,

    /// <summary>One of A&gt;&gt;B, A&gt;B, A=B, B&gt;A, B&gt;&gt;A.</summary>
    Graded,

    /// <summary>A number on a scale.</summary>
    Rating,
}

/// <summary>Why the judge stopped.</summary>
public enum JudgeFinish
{
    /// <summary>It was done.</summary>
    Stop,

    /// <summary>The token limit.</summary>
    Length,

    /// <summary>The endpoint's filter.</summary>
    ContentFilter,
}

/// <summary>What a judge was asked for: the form of the verdict and this call's labels and fence.</summary>
public sealed record VerdictQuestion
{
    /// <summary>The form that was asked for.</summary>
    public VerdictFormat Format { get; init; }

    /// <summary>This call's labels, compared without case, and what each stands for: A, B or tie.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string> { ["A"] = "A", ["B"] = "B" };

    /// <summary>Whether a tie is an answer.</summary>
    public bool AllowTie { get; init; }

    /// <summary>Smallest rating.</summary>
    public double Low { get; init; } = 1;

    /// <summary>Largest rating; also the only N of <c>x/N</c>.</summary>
    public double High { get; init; } = 10;

    /// <summary>Whether a rating must be a whole number.</summary>
    public bool IntegerOnly { get; init; }

    /// <summary>The token around this call's candidates; null: none. What stands between two of them is an echo, not the judge's word.</summary>
    public string? Fence { get; init; }

    /// <summary>One token was asked for, so the limit always stops the judge.</summary>
    public bool SingleToken { get; init; }
}

/// <summary>What a judge said: exactly one of a verdict, a rating and a failure.</summary>
public sealed record VerdictOutcome
{
    /// <summary>A, B, tie, or a grade.</summary>
    public string? Verdict { get; init; }

    /// <summary>The rating.</summary>
    public double? Rating { get; init; }

    /// <summary>Why there is neither.</summary>
    public FailureKind? Failure { get; init; }

    /// <summary>No verdict.</summary>
    public static VerdictOutcome Failed(FailureKind failure) => new() { Failure = failure };
}
