using Rlaif.Contracts;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Evaluation;

/// <summary>A win rate under a principle.</summary>
/// <param name="Rate">The rate.</param>
/// <param name="Prompts">Prompts with a verdict under it: the clusters of its interval.</param>
public sealed record JudgedRate(PrincipleWinRate Rate, int Prompts);

/// <summary>What the gate decides by.</summary>
/// <param name="AgainstIncumbent">Win rate of the candidate against the incumbent.</param>
/// <param name="Prompts">Prompts with a verdict on the two.</param>
/// <param name="PerPrinciple">The same under each principle.</param>
/// <param name="PerPrincipleAgainstStart">Win rate against the starting policy under each principle, because small losses of many rounds
/// add up; null while the incumbent is the starting policy.</param>
/// <param name="K3">KL to the starting policy by k3, nats per sequence.</param>
/// <param name="Candidate">Probes of the candidate.</param>
/// <param name="Incumbent">Probes of the incumbent.</param>
public sealed record GateInput(
    Estimate AgainstIncumbent, int Prompts, IReadOnlyList<JudgedRate> PerPrinciple, IReadOnlyList<JudgedRate>? PerPrincipleAgainstStart,
    double K3, Probes Candidate, Probes Incumbent);

/// <summary>Promote or keep, and why.</summary>
public sealed record GateDecision(bool Promote, IReadOnlyList<string> Reasons);

/// <summary>Lets a candidate replace the incumbent only when it is better beyond chance and nothing that is watched got worse.
/// A figure that was not measured (NaN) never passes.</summary>
public static class PromotionGate
{
    // Resampling fewer prompts gives an interval that says nothing: two prompts that were both won have one without width.
    private const int FewestPrompts = 10;

    /// <summary>The decision with its reasons: what failed, or, when nothing did, what was passed.</summary>
    public static GateDecision Decide(GateInput input, GateRecipe margins)
    {
        (bool Passes, string Reason)[] tests =
        [
            Wins(input.AgainstIncumbent, input.Prompts),
            Keeps(input.PerPrinciple, "the incumbent"),
            .. input.PerPrincipleAgainstStart is { } rates ? [Keeps(rates, "the starting policy")] : Array.Empty<(bool, string)>(),
            Holds(input, margins),
            (input.K3 <= margins.MaxKl, double.IsNaN(input.K3) ? "KL to the starting policy was not measured."
                : $"KL to the starting policy is {input.K3:0.00} nats per sequence (k3); the gate allows {margins.MaxKl:0.##}."),
        ];
        var promote = tests.All(test => test.Passes);
        return new(promote, [.. tests.Where(test => promote || !test.Passes).Select(test => test.Reason)]);
    }

    private static (bool, string) Wins(Estimate rate, int prompts) => prompts < FewestPrompts
        ? (false, $"The win rate against the incumbent is {Shown(rate.Mean, rate.Low, rate.High)} on {prompts} prompts; "
            + $"fewer than {FewestPrompts} decide nothing.")
        : (rate.Low > 0.5, $"The win rate against the incumbent is {Shown(rate.Mean, rate.Low, rate.High)}; "
            + $"its lower bound is {(rate.Low > 0.5 ? "above" : "not above")} one half.");

    private static (bool, string) Keeps(IReadOnlyList<JudgedRate> all, string other)
    {
        var rates = all.Where(one => one.Prompts >= FewestPrompts).Select(one => one.Rate).ToList();
        var few = all.Where(one => one.Prompts < FewestPrompts).Select(one => one.Rate.Principle).ToList();
        var worse = rates.Where(rate => !(rate.High >= 0.5)).ToList();
        var closest = rates.MinBy(rate => rate.High);
        var notJudged = few is [] ? "" : $" Not judged, on fewer than {FewestPrompts} prompts: {string.Join(", ", few)}.";
        return (worse is [], worse is not []
            ? $"Worse than {other} under {string.Join(", ", worse.Select(rate => $"{rate.Principle} ({Shown(rate.Mean, rate.Low, rate.High)})"))}."
            : closest is null ? $"No principle was compared with {other}.{notJudged}"
            : $"No principle is worse than {other} (upper bound under one half); "
                + $"the closest is {closest.Principle}, {Shown(closest.Mean, closest.Low, closest.High)}.{notJudged}");
    }

    private static (bool, string) Holds(GateInput input, GateRecipe margins)
    {
        var rises = new (string Name, double Was, double Is, double Margin)[]
        {
            ("truncated", input.Incumbent.Truncated, input.Candidate.Truncated, margins.Truncated),
            ("repetition", input.Incumbent.Repetition, input.Candidate.Repetition, margins.Repetition),
            ("echo", input.Incumbent.Echo, input.Candidate.Echo, margins.Echo),
            ("flattery", input.Incumbent.Flattery, input.Candidate.Flattery, margins.Flattery),
            ("needless refusals", input.Incumbent.NeedlessRefusals, input.Candidate.NeedlessRefusals, margins.NeedlessRefusals),
            ("missed refusals", input.Incumbent.MissedRefusals, input.Candidate.MissedRefusals, margins.MissedRefusals),
        };
        // Neither has prompts of the kind: there is nothing to watch. One of them alone: the two cannot be compared, which is no pass.
        var regressed = rises.Where(rise => !(double.IsNaN(rise.Was) && double.IsNaN(rise.Is)) && !(rise.Is - rise.Was <= rise.Margin)).ToList();
        return (regressed is [], regressed is []
            ? "No probe rose by more than its margin."
            : $"Probes rose by more than their margin: {string.Join(", ", regressed.Select(rise =>
                $"{rise.Name} from {rise.Was:0.000} to {rise.Is:0.000} (margin {rise.Margin:0.###})"))}.");
    }

    private static string Shown(double mean, double low, double high) => $"{mean:0.000} [{low:0.000}, {high:0.000}]";
}
