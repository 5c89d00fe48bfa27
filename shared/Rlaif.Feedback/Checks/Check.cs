using System.Text.Json;
using System.Text.Json.Serialization;
using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Checks;

/// <summary>A machine check, read: rules that all have to be kept, on prompts of the given kinds (null: on all).</summary>
internal sealed record Check(IReadOnlyList<Safety>? AppliesTo, IReadOnlyList<CheckRule> Rules)
{
    public const string Kinds = "appliesTo";

    /// <summary>1 when every rule that applies is kept, 0 when one is broken, null when none applies.</summary>
    public double? Score(Subject subject)
    {
        if (AppliesTo?.Contains(subject.Safety) == false)
        {
            return null;
        }

        var kept = Rules.Select(rule => rule(subject)).OfType<bool>().ToList();
        return kept is [] ? null : kept.All(keeps => keeps) ? 1 : 0;
    }

    /// <summary>From members of a JSON object. What is wrong goes to <paramref name="wrong"/> with the member's name.</summary>
    public static Check Read(IEnumerable<KeyValuePair<string, JsonElement>> members, Action<string, string> wrong)
    {
        IReadOnlyList<Safety>? appliesTo = null;
        var rules = new List<CheckRule>();
        foreach (var (name, argument) in members)
        {
            try
            {
                if (string.Equals(name, Kinds, StringComparison.Ordinal))
                {
                    appliesTo = [.. argument.Deserialize<Safety[]>(ByName)!];
                }
                else
                {
                    rules.Add(CheckRules.Known.TryGetValue(name, out var rule)
                        ? rule(argument) : throw new InputException($"is not a check{Hint.For(name, CheckRules.Known.Keys)}"));
                }
            }
            catch (Exception e) when (e is InputException or JsonException)
            {
                wrong(name, e is InputException ? e.Message : "takes a list of safe, unsafe, border and unknown");
            }
        }

        return new(appliesTo, rules);
    }

    private static readonly JsonSerializerOptions ByName = new()
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };
}
