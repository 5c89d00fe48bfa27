using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rlaif.Contracts;
using Rlaif.Feedback.Checks;

namespace Rlaif.Feedback.Prompts;

/// <summary>One line of a prompt file. What is wrong with it is a <see cref="FormatException"/> whose message follows the line number.</summary>
internal static class PromptRow
{
    private static readonly string[] Roles = ["system", "user", "assistant"];

    public static LoadedPrompt? Read(JsonElement row, int line, List<DroppedTranscript> dropped)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"a prompt is a JSON object, this is {Kind(row)}.");
        }

        if (row.TryGetProperty("prompt", out var prompt))
        {
            IReadOnlyList<Turn> turns = prompt.ValueKind == JsonValueKind.String ? [new("user", Text(prompt, "prompt"))] : Turns(prompt, "prompt");
            return new(Named(row, line, turns));
        }

        if (row.TryGetProperty("messages", out var messages))
        {
            var turns = Turns(messages, "messages");
            return new(Named(row, line, turns[^1].Role == "assistant" ? [.. turns.SkipLast(1)] : turns));
        }

        if (row.TryGetProperty("chosen", out var chosen) && row.TryGetProperty("rejected", out var rejected))
        {
            var pair = Transcript.Pair(Text(chosen, "chosen"), Text(rejected, "rejected"), out var reason);
            if (pair is null)
            {
                dropped.Add(new(line, reason));
                return null;
            }

            return new(Named(row, line, pair.Turns), pair.Chosen, pair.Rejected);
        }

        if (row.TryGetProperty("question", out var question) && row.TryGetProperty("answer", out var answer))
        {
            var solved = Named(row, line, [new("user", Text(question, "question"))]);
            return new(solved with { Expectation = (solved.Expectation ?? new()) with { Answer = Solution(answer, "answer") } });
        }

        throw new FormatException("it has none of prompt, messages, chosen with rejected, or question with answer; one of these holds the prompt.");
    }

    private static Prompt Named(JsonElement row, int line, IReadOnlyList<Turn> turns)
    {
        if (turns is not [.., { Role: "user" }])
        {
            throw new FormatException("the dialogue must end with a user turn that the policy can answer.");
        }

        var id = Optional(row, "id") ?? $"{line}-{Hash(turns)[..8]}";
        return new(id, turns, Optional(row, "tag"), Expected(Member(row, "expect"), Member(row, "safety")));
    }

    private static IReadOnlyList<Turn> Turns(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw new FormatException($"{name} must be a list of {{\"role\", \"content\"}}, this is {Kind(list)}.");
        }

        return [.. list.EnumerateArray().Select(turn => turn.ValueKind == JsonValueKind.Object
                && turn.TryGetProperty("content", out var content)
                && Array.Find(Roles, role => turn.TryGetProperty("role", out var named) && named.ValueEquals(role)) is { } role
            ? new Turn(role, Text(content, "content"))
            : throw new FormatException($"each entry of {name} needs a role (system, user or assistant) and a content."))];
    }

    /// <summary>What a row's <c>expect</c> and <c>safety</c> say of a right answer; null: nothing. A null in them is none, as in the rows of a table.</summary>
    public static Expectation? Expected(JsonElement? expect, JsonElement? safety)
    {
        var known = safety is { ValueKind: not JsonValueKind.Null } told ? new Expectation { Safety = Danger(told) } : null;
        return expect is { ValueKind: not JsonValueKind.Null } rules ? Expected(rules, known ?? new()) : known;
    }

    private static Safety Danger(JsonElement safety) => Text(safety, "safety") switch
    {
        "safe" => Safety.Safe,
        "unsafe" => Safety.Unsafe,
        "border" => Safety.Border,
        var other => throw new FormatException($"safety must be safe, unsafe or border, this is {other}."),
    };

    private static Expectation Expected(JsonElement expect, Expectation expectation)
    {
        if (expect.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"expect must be an object, this is {Kind(expect)}.");
        }

        // Strict, unlike the row: a misspelt key would label every answer wrongly.
        return expect.EnumerateObject().Aggregate(expectation, (known, property) => property.Name switch
        {
            "any" or "all" or "none" or "case" or "minWords" or "pattern" or "answer" when property.Value.ValueKind == JsonValueKind.Null => known,
            "any" => known with { Any = Words(property) },
            "all" => known with { All = Words(property) },
            "none" => known with { None = Words(property) },
            "case" when property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False => known with { Case = property.Value.GetBoolean() },
            "minWords" when property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out var words) && words >= 0 =>
                known with { MinWords = words },
            "pattern" => known with { Pattern = Pattern(property) },
            "answer" => known with { Answer = Solution(property.Value, "expect.answer") },
            "case" or "minWords" => throw new FormatException($"expect.{property.Name} is {property.Value.GetRawText()}, which is not possible."),
            _ => throw new FormatException($"expect.{property.Name} is not known; known are any, all, none, case, minWords, pattern and answer."),
        });
    }

    private static string[] Words(JsonProperty property) => property.Value.ValueKind == JsonValueKind.Array
        ? [.. property.Value.EnumerateArray().Select(word => Text(word, $"each of expect.{property.Name}"))]
        : throw new FormatException($"expect.{property.Name} must be a list of words, this is {Kind(property.Value)}.");

    private static string Solution(JsonElement value, string name) => FinalAnswer.Of(Text(value, name)) is not null ? value.GetString()!
        : throw new FormatException($"{name} {FinalAnswer.Missing}.");

    private static string Pattern(JsonProperty property)
    {
        var pattern = Text(property.Value, "expect.pattern");
        try
        {
            _ = Regex.Match("", pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
            return pattern;
        }
        catch (ArgumentException wrong)
        {
            throw new FormatException($"expect.pattern is not a regular expression: {wrong.Message}", wrong);
        }
    }

    private static JsonElement? Member(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value : null;

    private static string? Optional(JsonElement row, string name) => Member(row, name) is { ValueKind: not JsonValueKind.Null } value ? Text(value, name) : null;

    private static string Text(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new FormatException($"{name} must be a text, this is {Kind(value)}.");
        }

        try
        {
            return value.GetString() is { } text && text.AsSpan().Trim().Length > 0 ? text : throw new FormatException($"{name} is empty.");
        }
        catch (InvalidOperationException half)
        {
            throw new FormatException($"{name} holds half of a surrogate pair, which is no text.", half);
        }
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0 ? "an empty list" : "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Hash(IReadOnlyList<Turn> turns) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(turns.Select(turn => $"{turn.Role}\0{turn.Content}\0")))));
}
