using System.Text.Json;
using Rlaif.Contracts;
using Rlaif.Feedback.Prompts;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Datasets;

/// <summary>Reads what is learnt from a file, row by row.</summary>
/// <param name="shape">What is learnt.</param>
/// <param name="columns">Where a column has another name: usual name to that of the file.</param>
public sealed class DatasetReader(DatasetShape shape, IReadOnlyDictionary<string, string> columns)
{
    private static readonly string[] Dialogue = ["messages", "conversations"], Answer = ["completion", "response"];

    /// <summary>What became of the rows so far. Whoever uses an item counts it.</summary>
    public RowTally Tally { get; } = new();

    /// <summary>The items of a file, in its order, each with its row.</summary>
    /// <exception cref="InputException">The file cannot be read, or a row does not have the shape.</exception>
    public IEnumerable<(DatasetRow Row, DatasetItem Item)> Read(string path)
    {
        foreach (var row in DatasetFile.Rows(path))
        {
            Tally.Row();
            foreach (var item in Items(row))
            {
                yield return (row, item);
            }
        }
    }

    private IReadOnlyList<DatasetItem> Items(DatasetRow row)
    {
        try
        {
            return row.Json.ValueKind == JsonValueKind.Object ? Items(new RowColumns(row.Json, columns)) : throw new FormatException("a row is a JSON object.");
        }
        catch (UnusableRowException unusable)
        {
            Tally.Skip(unusable.Message, row);
            return [];
        }
        catch (FormatException wrong)
        {
            throw row.Wrong(wrong.Message, wrong);
        }
    }

    private IReadOnlyList<DatasetItem> Items(RowColumns row) => shape switch
    {
        DatasetShape.Answers => Answers(row),
        DatasetShape.Pairs => row.Has("chosen") && row.Has("rejected") ? [Pair(row)] : throw row.Lacks("chosen with rejected"),
        DatasetShape.Judged => row.Has("chosen") && row.Has("rejected") ? [Pair(row)] : [Judged(row)],
        DatasetShape.Prompts => [new PromptItem(Prompt(row))],
        DatasetShape.Tasks => [Task(row, isSolved: false)],
        DatasetShape.Solved => [Task(row, isSolved: true)],
        _ => Scored(row),
    };

    private static IReadOnlyList<DatasetItem> Answers(RowColumns row)
    {
        if (Array.Find(Dialogue, row.Has) is { } dialogue)
        {
            var turns = row.Said(dialogue).Turns ?? throw new FormatException($"{dialogue} must be a list of turns.");
            return Dialogues.Answers(turns, from: 1, dialogue);
        }

        if (row.Has("prompt") && Array.Find(Answer, row.Has) is { } column)
        {
            var (prompt, said) = (Dialogues.Prompt(row.Said("prompt")), row.Said(column));
            return said.Turns is { Count: > 1 } several && prompt.Ids is null && !several.Take(prompt.Turns.Count).SequenceEqual(prompt.Turns)
                ? Dialogues.Answers([.. prompt.Turns, .. several], prompt.Turns.Count, column)
                : [new AnswerItem(prompt, Dialogues.Answer(prompt, said, column), column)];
        }

        return row.Has("text") ? [Text(row)] : throw row.Lacks("messages, prompt with completion, or text");
    }

    private static TextItem Text(RowColumns row)
    {
        var text = row.Said("text").Text ?? throw new FormatException("text must be a text.");
        return string.IsNullOrWhiteSpace(text) ? throw new UnusableRowException("its text is empty") : new(text);
    }

    private static PairItem Pair(RowColumns row)
    {
        var (prompt, chosen, rejected) = Sides(row);
        var same = chosen.Text == rejected.Text && (chosen.Ids ?? []).SequenceEqual(rejected.Ids ?? []);
        return same ? throw new UnusableRowException(Dialogues.Same) : new(prompt, chosen, rejected, Preference(row))
        {
            Tie = row.Has("tie") && row.Probability("tie") >= 0.5,
            Principles = row.Probabilities("principles"),
        };
    }

    private static (DatasetPrompt Prompt, DatasetAnswer Chosen, DatasetAnswer Rejected) Sides(RowColumns row)
    {
        var (chosen, rejected) = (row.Said("chosen"), row.Said("rejected"));
        if (!row.Has("prompt") || (Transcript.Is(chosen.Text) && Transcript.Is(rejected.Text)))
        {
            return Dialogues.Compared(chosen, rejected);
        }

        var prompt = Dialogues.Prompt(row.Said("prompt"));
        return (prompt, Dialogues.Answer(prompt, chosen, "chosen"), Dialogues.Answer(prompt, rejected, "rejected"));
    }

    // Exports of this product write preference.
    private static double Preference(RowColumns row) =>
        row.Has("probability") ? row.Probability("probability") : row.Has("preference") ? row.Probability("preference") : 1;

    private static JudgedItem Judged(RowColumns row)
    {
        if (!row.Has("prompt") || !row.Has("label") || Array.Find(Answer, row.Has) is not { } column)
        {
            throw row.Lacks("prompt with completion and label, or chosen with rejected");
        }

        var prompt = Dialogues.Prompt(row.Said("prompt"));
        return new(prompt, Dialogues.Answer(prompt, row.Said(column), column), row.Probability("label"));
    }

    private static DatasetPrompt Prompt(RowColumns row)
    {
        if (row.Has("prompt"))
        {
            return Dialogues.Prompt(row.Said("prompt"));
        }

        if (Array.Find(Dialogue, row.Has) is not { } dialogue)
        {
            return row.Has("chosen") && row.Has("rejected") ? Sides(row).Prompt
                : row.Has("question") ? Dialogues.Prompt(row.Said("question")) : throw row.Lacks("prompt, messages, question, or chosen with rejected");
        }

        var turns = row.Said(dialogue).Turns ?? throw new FormatException($"{dialogue} must be a list of turns.");
        IReadOnlyList<Turn> asked = turns[^1].Role == "assistant" ? [.. turns.SkipLast(1)] : turns;
        return asked.Count > 0 ? Dialogues.Prompt(new(Turns: asked)) : throw new UnusableRowException("its prompt is empty");
    }

    /// <summary>A prompt that somebody reads as a text, with what is known of its answer: the row's own columns first.</summary>
    private static PromptItem Task(RowColumns row, bool isSolved)
    {
        var asked = row.Asked();
        var known = row.Expectation() ?? asked?.Expectation;
        return new(asked is null ? Prompt(row) : Prompt(row) with { Turns = asked.Turns }, isSolved ? row.Solved(known) : known);
    }

    private static IReadOnlyList<DatasetItem> Scored(RowColumns row)
    {
        if (row.Has("chosen") && row.Has("rejected"))
        {
            var (prompt, chosen, rejected) = Sides(row);
            return [new AnswerItem(prompt, chosen, "chosen"), new AnswerItem(prompt, rejected, "rejected")];
        }

        if (row.Has("prompt") && Array.Find(Answer, row.Has) is { } column)
        {
            var prompt = Dialogues.Prompt(row.Said("prompt"));
            return [new AnswerItem(prompt, Dialogues.Answer(prompt, row.Said(column), column), column)];
        }

        if (Array.Find(Dialogue, row.Has) is not { } dialogue)
        {
            throw row.Lacks("prompt with completion, messages, or chosen with rejected");
        }

        var turns = row.Said(dialogue).Turns ?? throw new FormatException($"{dialogue} must be a list of turns.");
        return turns is [.., { Role: "assistant" }] ? [Dialogues.Answers(turns, turns.Count - 1, dialogue)[^1]]
            : throw new UnusableRowException("it does not end with an answer");
    }
}
