using System.Collections.Concurrent;
using System.Text.Json;
using Rlaif.Contracts;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Checks;

/// <summary>Scores a response by a principle's machine check: a JSON object whose members are rules (see docs/constitutions.md).</summary>
public static class MachineCheck
{
    // A process meets the checks of a few constitutions; what comes beyond this many is read anew each time.
    private const int Kept = 1024;
    private static readonly ConcurrentDictionary<string, Check> Known = new(StringComparer.Ordinal);

    /// <summary>1: the response meets the check; 0: it does not; null: the check has nothing to say about this prompt.</summary>
    /// <exception cref="InputException">The check is malformed.</exception>
    /// <exception cref="System.Text.RegularExpressions.RegexMatchTimeoutException">A pattern with backtracking took too long: no verdict.</exception>
    public static double? Score(string checkJson, IReadOnlyList<Turn> prompt, Expectation? expectation, Candidate response) =>
        Of(checkJson).Score(new(prompt, expectation, response));

    internal static Check Of(string checkJson) =>
        Known.TryGetValue(checkJson, out var check) ? check
        : Known.Count < Kept ? Known.GetOrAdd(checkJson, Read) : Read(checkJson);

    private static Check Read(string checkJson)
    {
        var problems = new List<string>();
        Check? check = null;
        try
        {
            using var document = JsonDocument.Parse(checkJson);
            check = Check.Read(document.RootElement.EnumerateObject().Select(m => KeyValuePair.Create(m.Name, m.Value)), (name, what) => problems.Add($"{name} {what}"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            problems.Add("it is not a JSON object");
        }

        return problems is [] && check is { Rules: not [] }
            ? check
            : throw new InputException($"The machine check {checkJson} cannot be used: {(problems is [] ? "it has no rule" : string.Join("; ", problems))}.");
    }
}
