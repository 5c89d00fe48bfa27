using System.Text.Json;
using Rlaif.Contracts;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Prompts;

/// <summary>A prompt of a file, with the two answers that a person compared when the file holds them.</summary>
public sealed record LoadedPrompt(Prompt Prompt, string? HumanChosen = null, string? HumanRejected = null);

/// <summary>A transcript that no prompt can be made of, and why. Data sets of recorded dialogues have a few.</summary>
public sealed record DroppedTranscript(int Line, string Reason);

/// <summary>Reads prompts from JSON lines, compressed when the name ends in .gz.</summary>
/// <remarks>A line is one of: <c>{"id", "prompt", "tag", "expect", "safety"}</c>, of which only the prompt (a text, or a list of
/// <c>{"role", "content"}</c>) is needed; <c>{"messages": [...]}</c>, whose last assistant turn is left off;
/// <c>{"chosen", "rejected"}</c>, two transcripts of one dialogue with different last answers (<see cref="Transcript"/>); or <c>{"question", "answer"}</c>,
/// GSM8K's, a question and a solution that comes to its answer.
/// Other keys of a line are ignored. A prompt without an id is named by its line and the hash of its turns.</remarks>
public static class PromptFile
{
    /// <summary>The prompts of a file, in its order.</summary>
    /// <exception cref="InputException">It cannot be read, holds no prompt, or a line is none of the known forms.</exception>
    public static IReadOnlyList<LoadedPrompt> Read(string path) => Read(path, out _);

    /// <summary>The prompts of a file, in its order, and the transcripts that were dropped.</summary>
    /// <exception cref="InputException">It cannot be read, holds no prompt, or a line is none of the known forms.</exception>
    public static IReadOnlyList<LoadedPrompt> Read(string path, out IReadOnlyList<DroppedTranscript> dropped)
    {
        var prompts = new List<LoadedPrompt>();
        var reasons = new List<DroppedTranscript>();
        var lineOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (line, text) in TextLines.Of(path, "prompts"))
        {
            if (Row(path, line, text, reasons) is not { } prompt)
            {
                continue;
            }

            var id = prompt.Prompt.Id;
            if (!lineOf.TryAdd(id, line))
            {
                throw new InputException($"{path}, line {line}: id {id} is that of line {lineOf[id]} too; give each prompt an id of its own.");
            }

            prompts.Add(prompt);
        }

        dropped = reasons;
        return prompts.Count > 0 ? prompts
            : throw new InputException(reasons is [var first, ..]
                ? $"{path} holds no usable prompt: {reasons.Count} transcripts were dropped, that of line {first.Line} because {first.Reason}."
                : $"{path} holds no prompt; write one JSON object per line, for example {{\"prompt\": \"Hello\"}}.");
    }

    private static LoadedPrompt? Row(string path, int line, string text, List<DroppedTranscript> dropped)
    {
        try
        {
            using var row = JsonDocument.Parse(text);
            return PromptRow.Read(row.RootElement, line, dropped);
        }
        catch (JsonException broken)
        {
            throw new InputException($"{path}, line {line} is not JSON: {TextLines.Reason(broken)}", broken);
        }
        catch (FormatException wrong)
        {
            throw new InputException($"{path}, line {line}: {wrong.Message}", wrong);
        }
    }
}
