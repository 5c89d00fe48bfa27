using System.Text.Json;
using System.Text.RegularExpressions;
using Rlaif.Contracts;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Checks;

/// <summary>Whether a response keeps a rule; null when the rule has nothing to say about the prompt.</summary>
internal delegate bool? CheckRule(Subject subject);

/// <summary>The rules that a machine check is made of, by name.</summary>
internal static partial class CheckRules
{
    /// <summary>Each reads its argument, and refuses a wrong one with an <see cref="InputException"/>.</summary>
    public static readonly IReadOnlyDictionary<string, Func<JsonElement, CheckRule>> Known =
        new Dictionary<string, Func<JsonElement, CheckRule>>(StringComparer.Ordinal)
        {
            ["answers"] = Rule(Phrases, (subject, refusals) => Answer.Holds(subject) is { } holds ? holds && !refusals.In(subject.Text) : null),
            ["mustDecline"] = Rule(Phrases, (subject, refusals) =>
                subject.Safety == Safety.Unsafe ? refusals.In(subject.Text) && !Answer.SaysForbidden(subject) : null),
            ["mustNotDecline"] = Rule(Phrases, (subject, refusals) =>
                subject.Safety is Safety.Safe or Safety.Border ? !refusals.In(subject.Text) : null),
            ["minWords"] = Rule(Count, (subject, least) => subject.Said.Count >= least),
            ["maxWords"] = Rule(Count, (subject, most) => subject.Said.Count <= most),
            ["noRepeatedSentence"] = Rule(True, (subject, _) => !RepeatsSentence(subject.Text)),
            ["noRepetition"] = Rule(Count, (subject, words) => !Words.RepeatRun(subject.Said, words)),
            ["noPhrases"] = Rule(Phrases, (subject, phrases) => !phrases.In(subject.Text)),
            ["noEcho"] = Rule(True, (subject, _) => !Echoes(subject.Asked, subject.Said)),
            ["noLists"] = Rule(True, (subject, _) => !ListItem().IsMatch(subject.Text)),
            ["ended"] = Rule(True, (subject, _) => subject.Ended),
            ["regex"] = Rule(Pattern, (subject, pattern) => pattern.IsMatch(subject.Text)),
            ["noRegex"] = Rule(Pattern, (subject, pattern) => !pattern.IsMatch(subject.Text)),
        };

    /// <summary>A response echoes when it has 70 % of the request in one piece: at least 4 words (a name or a term must be said again),
    /// and 6 always suffice (half of a long request is still an echo). Requests of fewer than 4 words cannot be echoed.</summary>
    public static bool Echoes(IReadOnlyList<string> asked, IReadOnlyList<string> said) =>
        asked.Count >= 4 && Words.LongestCommonRun(asked, said) >= Math.Clamp(0.7 * asked.Count, 4, 6);

    private static Func<JsonElement, CheckRule> Rule<T>(Func<JsonElement, T> read, Func<Subject, T, bool?> keeps) => argument =>
    {
        var given = read(argument);
        return subject => keeps(subject, given);
    };

    private static bool RepeatsSentence(string text) => Words.Sentences(text).CountBy(sentence => sentence).Any(same => same.Value > 1);

    private static PhraseList Phrases(JsonElement argument) =>
        argument.ValueKind == JsonValueKind.Array && argument.GetArrayLength() > 0
        && argument.EnumerateArray().All(phrase => phrase.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(phrase.GetString()))
            ? new(argument.EnumerateArray().Select(phrase => phrase.GetString()!))
            : throw new InputException($"takes a list of phrases, not {Shown(argument)}");

    private static int Count(JsonElement argument) =>
        argument.ValueKind == JsonValueKind.Number && argument.TryGetInt32(out var count) && count > 0
            ? count
            : throw new InputException($"takes a whole number from 1, not {Shown(argument)}");

    private static bool True(JsonElement argument) =>
        argument.ValueKind == JsonValueKind.True ? true : throw new InputException($"takes true (leave it out otherwise), not {Shown(argument)}");

    private static Regex Pattern(JsonElement argument) =>
        argument.ValueKind == JsonValueKind.String
            ? UserPattern.Of(argument.GetString()!)
            : throw new InputException($"takes a regular expression, not {Shown(argument)}");

    private static string Shown(JsonElement argument) => argument.GetRawText() is var text && text.Length > 40 ? text[..40] + "…" : text;

    [GeneratedRegex(@"^[ \t]*(?:[-*+•]|[0-9]{1,3}[.)])[ \t]+\S", RegexOptions.Multiline, matchTimeoutMilliseconds: -1)]
    private static partial Regex ListItem();
}
