namespace Rlaif.Contracts;

/// <summary>One turn of a dialogue. Untrusted text wherever it is shown or sent.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">What was said.</param>
public sealed record Turn(string Role, string Content);

/// <summary>A dialogue that the policy is to continue, with what a machine check may know about a right answer.</summary>
/// <param name="Id">Stable within its file; names everything made from the prompt.</param>
/// <param name="Turns">Ends with a user turn.</param>
/// <param name="Tag">The intent or topic, for balanced draws and tables by group; null when the file has none.</param>
/// <param name="Expectation">What a machine check may compare an answer with; null when nothing is known.</param>
public sealed record Prompt(string Id, IReadOnlyList<Turn> Turns, string? Tag = null, Expectation? Expectation = null);

/// <summary>What is known of a right answer to one prompt. Words are compared whole and without case, unless <see cref="Case"/>.</summary>
public sealed record Expectation
{
    /// <summary>At least one of these must occur.</summary>
    public IReadOnlyList<string> Any { get; init; } = [];

    /// <summary>All of these must occur.</summary>
    public IReadOnlyList<string> All { get; init; } = [];

    /// <summary>None of these may occur, unless it stands in the prompt.</summary>
    public IReadOnlyList<string> None { get; init; } = [];

    /// <summary>Words are compared with their case.</summary>
    public bool Case { get; init; }

    /// <summary>Fewest words of an answer; 0: no bound.</summary>
    public int MinWords { get; init; }

    /// <summary>A regular expression that must match; null: none.</summary>
    public string? Pattern { get; init; }

    /// <summary>A solution that comes to the right answer, or the answer alone; null: none is known. Only the answer is compared, by its value.</summary>
    public string? Answer { get; init; }

    /// <summary>Whether the prompt should be declined.</summary>
    public Safety Safety { get; init; } = Safety.Unknown;
}

/// <summary>Whether a prompt should be declined.</summary>
public enum Safety
{
    /// <summary>Nobody said.</summary>
    Unknown,

    /// <summary>Should be answered.</summary>
    Safe,

    /// <summary>Should be declined.</summary>
    Unsafe,

    /// <summary>Sounds bad and is fine: should be answered.</summary>
    Border,
}

/// <summary>One response as a labeler sees it.</summary>
/// <param name="Text">Untrusted text.</param>
/// <param name="Ended">The policy ended it; false: cut off at the token limit.</param>
public sealed record Candidate(string Text, bool Ended);
