using Rlaif.Contracts;

namespace Rlaif.Feedback.Prompts;

/// <summary>One dialogue with the two last answers that a person compared.</summary>
internal sealed record ComparedDialogue(IReadOnlyList<Turn> Turns, string Chosen, string Rejected);

/// <summary>Transcripts as in Anthropic's hh-rlhf: a turn begins with <c>\n\nHuman:</c> or <c>\n\nAssistant:</c>, exactly so. A colon
/// elsewhere, or a "Human:" within a line, is what somebody said.</summary>
internal static class Transcript
{
    private const string Human = "\n\nHuman:";
    private const string Assistant = "\n\nAssistant:";

    /// <summary>The shared dialogue with both last answers; null when there is none, and <paramref name="reason"/> says why.</summary>
    public static ComparedDialogue? Pair(string chosen, string rejected, out string reason)
    {
        if (Turns(chosen, out reason) is not { } first || Turns(rejected, out reason) is not { } second)
        {
            return null;
        }

        reason = !first.SkipLast(1).SequenceEqual(second.SkipLast(1)) ? "its dialogues differ before their last answers"
            : first[^1] == second[^1] ? "both answers are the same"
            : "";
        return reason.Length == 0 ? new([.. first.SkipLast(1)], first[^1].Content, second[^1].Content) : null;
    }

    /// <summary>Whether a text begins as a transcript does.</summary>
    public static bool Is(string? text) => text?.StartsWith(Human, StringComparison.Ordinal) == true;

    /// <summary>A transcript that somebody is to go on with: it ends with what Human said, or with an Assistant who has said nothing yet.</summary>
    public static IReadOnlyList<Turn>? Prompt(string text, out string reason)
    {
        var asked = text.TrimEnd();
        return Turns((asked.EndsWith(Assistant, StringComparison.Ordinal) ? asked : text + Assistant) + " ?", out reason) is { } turns ? [.. turns.SkipLast(1)] : null;
    }

    private static List<Turn>? Turns(string text, out string reason)
    {
        var turns = new List<Turn>();
        for (var at = 0; at < text.Length;)
        {
            var role = Starts(text, at, Human) ? "user" : Starts(text, at, Assistant) ? "assistant" : null;
            if (role is null)
            {
                reason = "it does not begin with a turn of Human";
                return null;
            }

            var begin = at + (role == "user" ? Human : Assistant).Length;
            at = Math.Min(Next(text, begin, Human), Next(text, begin, Assistant));
            turns.Add(new(role, text[begin..at].Trim()));
        }

        reason = turns.Where((turn, i) => turn.Role != (i % 2 == 0 ? "user" : "assistant")).Any() ? "its speakers do not take turns, Human first"
            : turns.Count % 2 != 0 ? "it does not end with an answer"
            : turns.Exists(turn => turn.Content.Length == 0) ? "a turn is empty"
            : "";
        return reason.Length == 0 ? turns : null;
    }

    private static bool Starts(string text, int at, string marker) => text.AsSpan(at).StartsWith(marker, StringComparison.Ordinal);

    private static int Next(string text, int from, string marker) =>
        text.IndexOf(marker, from, StringComparison.Ordinal) is var at && at < 0 ? text.Length : at;
}
