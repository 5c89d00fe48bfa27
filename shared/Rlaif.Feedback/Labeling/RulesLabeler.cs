using System.Text.RegularExpressions;
using Rlaif.Contracts;
using Rlaif.Feedback.Checks;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Labeling;

/// <summary>Labels a pair by the principles' machine checks: no model, no opinion, the same answer every time.</summary>
public static class RulesLabeler
{
    /// <summary>The labeler's name.</summary>
    public const string Name = "rules";

    /// <summary>One vote for each principle: 1, 0, or one half when both responses score the same. A principle without a check is a
    /// failure (<see cref="FailureKind.NotQualified"/>), one that has nothing to say about the prompt is not applicable.</summary>
    /// <exception cref="InputException">A check is malformed.</exception>
    public static PreferenceLabeled Label(LabelPreference command)
    {
        var first = new Subject(command.Prompt, command.Expectation, command.First);
        var second = new Subject(command.Prompt, command.Expectation, command.Second);
        return new()
        {
            Id = command.Id,
            RunId = command.RunId,
            PairId = command.PairId,
            Pool = command.Pool,
            Labeler = Name,
            Votes = [.. command.Principles.Select(principle => Vote(principle, first, second))],
        };
    }

    internal static Vote Vote(PrincipleText principle, Subject first, Subject second)
    {
        var vote = new Vote { Principle = principle.Id };
        if (principle.Check is null)
        {
            return vote with { Failure = FailureKind.NotQualified, Detail = "The principle has no machine check." };
        }

        try
        {
            var check = MachineCheck.Of(principle.Check);
            return (check.Score(first), check.Score(second)) switch
            {
                (null, null) => vote with { NotApplicable = true },
                var (a, b) when a > b => vote with { Preference = 1 },
                var (a, b) when a < b => vote with { Preference = 0 },
                _ => vote with { Preference = 0.5 },
            };
        }
        catch (RegexMatchTimeoutException)
        {
            return vote with { Failure = FailureKind.Timeout, Detail = "A pattern of the machine check took too long." };
        }
    }
}
