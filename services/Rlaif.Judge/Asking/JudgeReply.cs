using Rlaif.Contracts;
using Rlaif.Feedback.Judging;

namespace Rlaif.Judge.Asking;

/// <summary>What a call of the judge's model brought.</summary>
public sealed record JudgeReply
{
    /// <summary>The answer's text. Untrusted.</summary>
    public string Text { get; init; } = "";

    /// <summary>Why it ended.</summary>
    public JudgeFinish Finish { get; init; }

    /// <summary>Candidates for the first token with their log-probabilities; null: the endpoint offers none.</summary>
    public IReadOnlyList<KeyValuePair<string, double>>? FirstToken { get; init; }

    /// <summary>Why there is no answer; null when there is one.</summary>
    public FailureKind? Failure { get; init; }

    /// <summary>What was seen instead.</summary>
    public string? Detail { get; init; }

    /// <summary>Natural logarithm of the summed probability of every spelling in <paramref name="spellings"/>; null when none is listed.</summary>
    /// <remarks>A letter with and without a blank before it, in whatever way a server writes the blank, are two tokens and one answer.</remarks>
    public double? LogProb(IReadOnlyList<string> spellings)
    {
        var listed = (FirstToken ?? []).Where(token => token.Value <= 0 && spellings.Contains(token.Key.Trim(' ', '\n', '▁', 'Ġ'))).ToList();
        if (listed.Count == 0)
        {
            return null;
        }

        var largest = listed.Max(token => token.Value);
        return double.IsNegativeInfinity(largest) ? null : Math.Min(0, largest + Math.Log(listed.Sum(token => Math.Exp(token.Value - largest))));
    }
}
