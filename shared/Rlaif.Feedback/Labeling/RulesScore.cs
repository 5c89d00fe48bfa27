using System.Text.RegularExpressions;
using Rlaif.Contracts;
using Rlaif.Feedback.Checks;
using Rlaif.Feedback.Constitutions;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Labeling;

/// <summary>What one response is worth by a constitution's machine checks: Σ w s / Σ w over the principles that apply and have a check with something to say,
/// s = 1 where it is kept, else 0.</summary>
public static class RulesScore
{
    /// <summary>0 to 1; 0 when a hard rule is broken, whatever principles say. Null when no check has anything to say. A check whose pattern took too long
    /// says nothing: a failure is no score.</summary>
    /// <exception cref="InputException">A check is malformed, or a hard rule took too long.</exception>
    public static double? Of(Constitution constitution, IReadOnlyList<Turn> prompt, Expectation? expectation, Candidate response)
    {
        if (constitution.Breaks(prompt, expectation, response))
        {
            return 0;
        }

        var (sum, weights) = (0.0, 0.0);
        foreach (var (principle, score) in Scores(constitution, new(prompt, expectation, response)))
        {
            (sum, weights) = (sum + (principle.Weight * score), weights + principle.Weight);
        }

        return weights > 0 ? sum / weights : null;
    }

    /// <summary>Whether the check of a principle says anything about answers to a prompt. A hard rule alone tells those that break it from no others: they would be
    /// worth 0 like the rest.</summary>
    /// <exception cref="InputException">A check is malformed.</exception>
    public static bool Speaks(Constitution constitution, IReadOnlyList<Turn> prompt, Expectation? expectation) =>
        Scores(constitution, new(prompt, expectation, new("An answer.", Ended: true))).Any();

    private static IEnumerable<(Principle Principle, double Score)> Scores(Constitution constitution, Subject subject)
    {
        foreach (var principle in constitution.Principles.Where(one => one.Applies(subject.Safety) && one.Check is not null))
        {
            if (Score(principle.Check!, subject) is { } score)
            {
                yield return (principle, score);
            }
        }
    }

    private static double? Score(string check, Subject subject)
    {
        try
        {
            return MachineCheck.Of(check).Score(subject);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
