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

        var subject = new Subject(prompt, expectation, response);
        var (sum, weights) = (0.0, 0.0);
        foreach (var principle in constitution.Principles.Where(one => one.Applies(subject.Safety) && one.Check is not null))
        {
            if (Score(principle.Check!, subject) is { } score)
            {
                (sum, weights) = (sum + (principle.Weight * score), weights + principle.Weight);
            }
        }

        return weights > 0 ? sum / weights : null;
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
