using System.Collections.ObjectModel;
using Rlaif.Contracts;

namespace Rlaif.Feedback.Datasets;

/// <summary>What a model is asked.</summary>
/// <param name="Turns">Ends with a user turn; empty where there are token ids and nothing else.</param>
/// <param name="Ids">Token ids, where the file holds those: they are what the model is given.</param>
public sealed record DatasetPrompt(IReadOnlyList<Turn> Turns, int[]? Ids = null);

/// <summary>What a model answers.</summary>
/// <param name="Text">Not blank; empty where there are token ids.</param>
/// <param name="Ids">Token ids with the end token when the answer ended, where the file holds those.</param>
public sealed record DatasetAnswer(string Text, int[]? Ids = null);

/// <summary>What one can learn from a row.</summary>
public abstract record DatasetItem;

/// <summary>A text on its own, every token of which is learnt.</summary>
public sealed record TextItem(string Text) : DatasetItem;

/// <summary>A prompt that somebody else answers.</summary>
/// <param name="Prompt">It.</param>
/// <param name="Expectation">What is known of a right answer; null: nothing, or nobody asked.</param>
public sealed record PromptItem(DatasetPrompt Prompt, Expectation? Expectation = null) : DatasetItem;

/// <summary>An answer to learn, or to score.</summary>
/// <param name="Prompt">What came before it.</param>
/// <param name="Answer">It.</param>
/// <param name="Column">Where it stands in the row.</param>
public sealed record AnswerItem(DatasetPrompt Prompt, DatasetAnswer Answer, string Column) : DatasetItem;

/// <summary>An answer on its own.</summary>
/// <param name="Prompt">What came before it.</param>
/// <param name="Answer">It.</param>
/// <param name="Desirable">Probability that it is a desirable one, 0..1.</param>
public sealed record JudgedItem(DatasetPrompt Prompt, DatasetAnswer Answer, double Desirable) : DatasetItem;

/// <summary>Two answers to one prompt.</summary>
/// <param name="Prompt">What came before both.</param>
/// <param name="Chosen">The better one.</param>
/// <param name="Rejected">The other one.</param>
/// <param name="Preference">Probability that chosen is better, 0..1.</param>
public sealed record PairItem(DatasetPrompt Prompt, DatasetAnswer Chosen, DatasetAnswer Rejected, double Preference) : DatasetItem
{
    /// <summary>Whoever compared them found neither better.</summary>
    public bool Tie { get; init; }

    /// <summary>Probability that chosen is better under single principles; empty where nobody said.</summary>
    public IReadOnlyDictionary<string, double> Principles { get; init; } = ReadOnlyDictionary<string, double>.Empty;
}
