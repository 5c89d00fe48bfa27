using Rlaif.Contracts;
using Rlaif.Feedback.Judging;
using Rlaif.Feedback.Statistics;

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

    /// <summary>What the endpoint says that the call took; 0: it does not say.</summary>
    public int PromptTokens { get; init; }

    /// <inheritdoc cref="PromptTokens"/>
    public int AnswerTokens { get; init; }

    /// <summary>Why there is no answer; null when there is one.</summary>
    public FailureKind? Failure { get; init; }

    /// <summary>What was seen instead.</summary>
    public string? Detail { get; init; }

    /// <summary>Log-odds of the first answer against the second; null when neither token is listed.</summary>
    /// <remarks>A token that is not listed is not impossible: it is at most as likely as the last one listed, and as all that the list leaves.
    /// A weak judge spreads its probability, and the cap alone would make the last place of the list worth more than its opinion.</remarks>
    public double? LogOdds(JudgePrompt prompt)
    {
        var (first, second) = (LogProb(prompt.First), LogProb(prompt.Second));
        return first is null && second is null ? null : SoftPreference.LogOdds(first ?? Unlisted(), second ?? Unlisted());
    }

    // A letter with and without a blank before it, in whatever way a server writes the blank, are two tokens and one answer.
    private double? LogProb(IReadOnlyList<string> spellings)
    {
        var listed = Listed.Where(token => spellings.Contains(token.Key.Trim(' ', '\n', '▁', 'Ġ'))).Select(token => Math.Exp(token.Value)).Sum();
        return listed > 0 ? Math.Min(0, Math.Log(listed)) : null;
    }

    private double Unlisted() =>
        Math.Min(Listed.Min(token => token.Value), Math.Log(Math.Max(0, 1 - Listed.Sum(token => Math.Exp(token.Value)))));

    private IEnumerable<KeyValuePair<string, double>> Listed => (FirstToken ?? []).Where(token => token.Value <= 0);
}
