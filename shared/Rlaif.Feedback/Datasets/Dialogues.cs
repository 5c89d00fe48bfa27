using Rlaif.Contracts;
using Rlaif.Feedback.Prompts;

namespace Rlaif.Feedback.Datasets;

/// <summary>What columns say as prompts and answers. Shapes: TRL's, explicit and implicit prompts, standard and conversational; HH transcripts;
/// token ids. A plain text is one turn.</summary>
internal static class Dialogues
{
    public const string Same = "both answers are the same";

    public static DatasetPrompt Prompt(Said said)
    {
        if (said.Ids is { } ids)
        {
            return new([], ids);
        }

        var turns = said.Turns ?? (Transcript.Is(said.Text!) ? OfTranscript(said.Text!)
            : string.IsNullOrWhiteSpace(said.Text) ? throw new UnusableRowException("its prompt is empty") : [new("user", said.Text)]);
        return turns is [.., { Role: "user" }] ? new(turns) : throw new UnusableRowException("its prompt does not end with a user turn");
    }

    /// <summary>The one answer behind a prompt. A dialogue may begin with the prompt again.</summary>
    public static DatasetAnswer Answer(DatasetPrompt prompt, Said said, string column)
    {
        if ((prompt.Ids is null) != (said.Ids is null))
        {
            throw new FormatException($"prompt and {column} must both be text or both be token ids.");
        }

        if (said.Ids is { } ids)
        {
            return new("", ids);
        }

        if (said.Turns is not { } turns)
        {
            return Plain(said.Text!);
        }

        var own = turns.Count > prompt.Turns.Count && turns.Take(prompt.Turns.Count).SequenceEqual(prompt.Turns) ? turns.Skip(prompt.Turns.Count).ToList() : turns;
        return own is [{ Role: "assistant" } answer] ? new(answer.Content)
            : throw new UnusableRowException("an answer is more, or other, than one turn of the assistant");
    }

    /// <summary>Two answers and the dialogue before them, which both columns repeat.</summary>
    public static (DatasetPrompt Prompt, DatasetAnswer Chosen, DatasetAnswer Rejected) Compared(Said chosen, Said rejected)
    {
        if (chosen.Text is { } one && rejected.Text is { } other)
        {
            var pair = Transcript.Pair(one, other, out var reason) ?? throw new UnusableRowException(reason);
            return (new(pair.Turns), new(pair.Chosen), new(pair.Rejected));
        }

        if (chosen.Turns is not { } first || rejected.Turns is not { } second)
        {
            throw new FormatException("chosen and rejected must be two dialogues or two transcripts where there is no prompt.");
        }

        var shared = first.Zip(second).TakeWhile(turns => turns.First == turns.Second).Count();
        if (shared == first.Count && shared == second.Count)
        {
            throw new UnusableRowException(Same);
        }

        if (first.Count != shared + 1 || second.Count != shared + 1)
        {
            throw new UnusableRowException("its dialogues differ before their last answers");
        }

        var prompt = shared == 0 ? throw new UnusableRowException("its prompt is empty") : Prompt(new(Turns: [.. first.Take(shared)]));
        return (prompt, Answer(prompt, chosen, "chosen"), Answer(prompt, rejected, "rejected"));
    }

    /// <summary>Every answer of a dialogue behind what was said before it; what stands before the first user turn is answered by nobody.</summary>
    /// <param name="turns">The dialogue.</param>
    /// <param name="from">The first turn that is learnt.</param>
    /// <param name="column">Where they stand.</param>
    public static IReadOnlyList<AnswerItem> Answers(IReadOnlyList<Turn> turns, int from, string column)
    {
        IReadOnlyList<AnswerItem> answers =
        [
            .. Enumerable.Range(1, turns.Count - 1).Where(i => i >= from && turns[i].Role == "assistant" && turns[i - 1].Role == "user")
                .Select(i => new AnswerItem(new([.. turns.Take(i)]), new(turns[i].Content), column)),
        ];
        return answers.Count > 0 ? answers : throw new UnusableRowException("it has no answer of the assistant to a user turn");
    }

    private static DatasetAnswer Plain(string text) => string.IsNullOrWhiteSpace(text) ? throw new UnusableRowException("an answer is empty") : new(text.Trim());

    private static IReadOnlyList<Turn> OfTranscript(string text) => Transcript.Prompt(text, out var reason) ?? throw new UnusableRowException(reason);
}
