using System.Text.Json;
using Rlaif.Contracts;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Checks;

/// <summary>Scores a response by a principle's machine check: a JSON object whose members are rules (see docs/constitutions.md).</summary>
public static class MachineCheck
{
    private static readonly Memo<Check> Known = new(Read);

    /// <summary>1: the response meets the check; 0: it does not; null: the check has nothing to say about this prompt.</summary>
    /// <exception cref="InputException">The check is malformed.</exception>
    /// <exception cref="System.Text.RegularExpressions.RegexMatchTimeoutException">A pattern with backtracking took too long: no verdict.</exception>
    public static double? Score(string checkJson, IReadOnlyList<Turn> prompt, Expectation? expectation, Candidate response) =>
        Of(checkJson).Score(new(prompt, expectation, response));

    internal static Check Of(string checkJson) => Known[checkJson];

    private static Check Read(string checkJson)
    {
        var problems = new List<string>();
        Check? check = null;
        try
        {
            using var document = JsonDocument.Parse(checkJson);
            var members = document.RootElement.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value));
            check = Check.Read(members, (name, what) => problems.Add($"{name} {what}"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            problems.Add("it is not a JSON object");
        }

        if (check is { Rules: [] } && problems is [])
        {
            problems.Add("it has no rule");
        }

        return problems is [] ? check! : throw new InputException($"The machine check {checkJson} cannot be used: {string.Join("; ", problems)}.");
    }
}
