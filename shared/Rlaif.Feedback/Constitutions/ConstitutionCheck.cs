using Rlaif.Contracts;
using Rlaif.Feedback.Checks;
using Rlaif.Feedback.Labeling;
using Rlaif.Feedback.Settling;

namespace Rlaif.Feedback.Constitutions;

/// <summary>What became of one golden pair.</summary>
/// <param name="Pair">The pair.</param>
/// <param name="Found">Which response won; null when only people and models can tell.</param>
public sealed record GoldenResult(GoldenPair Pair, GoldenExpectation? Found)
{
    /// <summary>Whether the outcome is the expected one; null when the pair was not run.</summary>
    public bool? Passed => Found is null ? null : Found == Pair.Expect;
}

/// <summary>A constitution's golden pairs, run by its machine checks.</summary>
/// <param name="Results">In the file's order.</param>
/// <param name="Lines">What people read: one line for each pair that did not pass, and a summary.</param>
public sealed record ConstitutionReport(IReadOnlyList<GoldenResult> Results, IReadOnlyList<string> Lines)
{
    /// <summary>No pair that could be run came out wrong.</summary>
    public bool Passed => Results.All(result => result.Passed != false);
}

/// <summary>Runs the tests that a constitution brings along: a broken principle is found before it labels a hundred thousand pairs.</summary>
public static class ConstitutionCheck
{
    /// <summary>Runs all golden pairs.</summary>
    public static ConstitutionReport Run(Constitution constitution)
    {
        var results = constitution.GoldenPairs.Select(pair => new GoldenResult(pair, Winner(constitution, pair))).ToList();
        return new(results, [.. results.Where(result => result.Passed != true).Select(Line), Untested(constitution), Summary(constitution, results)]);
    }

    private static GoldenExpectation? Winner(Constitution constitution, GoldenPair pair)
    {
        Turn[] prompt = [new("user", pair.Prompt)];
        if (constitution.HardRules.FirstOrDefault(rule => rule.Id == pair.Principle) is { } rule)
        {
            return Winner((constitution with { HardRules = [rule] }).VetoOf(prompt, pair.Expectation, pair.A, pair.B));
        }

        var first = new Subject(prompt, pair.Expectation, pair.A);
        var second = new Subject(prompt, pair.Expectation, pair.B);
        var votes = constitution.Texts.Where(text => pair.Principle is null || text.Id == pair.Principle)
            .Select(text => RulesLabeler.Vote(text, first, second)).ToList();
        var veto = pair.Principle is null ? constitution.VetoOf(prompt, pair.Expectation, pair.A, pair.B) : Veto.None;
        var settled = Settlement.Of([new(RulesLabeler.Name, votes)], constitution.Weights, 0, veto);
        return settled switch
        {
            { Preference: > 0.5 } => GoldenExpectation.First,
            { Preference: < 0.5 } => GoldenExpectation.Second,
            { Preference: null, Reason: DropReason.FailuresOnly } => null,
            _ => GoldenExpectation.Tie,
        };
    }

    private static GoldenExpectation Winner(Veto veto) => veto switch
    {
        Veto.First => GoldenExpectation.Second,
        Veto.Second => GoldenExpectation.First,
        _ => GoldenExpectation.Tie,
    };

    private static string Line(GoldenResult result)
    {
        var (pair, about) = (result.Pair, result.Pair.Principle ?? "all principles");
        return result.Found is null
            ? $"line {pair.Line}: not run, {about} has no machine check."
            : $"line {pair.Line}: {about} should say {Word(pair.Expect)}, and says {Word(result.Found.Value)}: {pair.Prompt}";
    }

    private static string Word(GoldenExpectation outcome) => outcome.ToString().ToLowerInvariant();

    private static string Untested(Constitution constitution)
    {
        var tested = constitution.GoldenPairs.Select(pair => pair.Principle).ToHashSet(StringComparer.Ordinal);
        var untested = constitution.Texts.Where(text => text.Check is not null && !tested.Contains(text.Id)).Select(text => text.Id).ToList();
        return untested is [] ? "Every machine check has a golden pair." : $"No golden pair tests the check of {string.Join(", ", untested)}.";
    }

    private static string Summary(Constitution constitution, List<GoldenResult> results)
    {
        var run = results.Count(result => result.Passed is not null);
        var (checks, idle) = (constitution.Texts.Count(text => text.Check is not null), results.Count - run);
        return $"{constitution.Id} {constitution.Version} (sha256 {constitution.Sha256[..12]}): {constitution.Principles.Count} principles, "
            + $"{checks} with a machine check, {constitution.HardRules.Count} hard rules; "
            + $"{results.Count(result => result.Passed == true)} of {run} golden pairs hold{(idle > 0 ? $", {idle} not run" : "")}.";
    }
}
