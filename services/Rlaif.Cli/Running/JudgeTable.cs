using Rlaif.Cli.Looking;
using Rlaif.Contracts;
using Spectre.Console;
using Columns = Rlaif.Cli.Looking.Columns;

namespace Rlaif.Cli.Running;

/// <summary>What the labelers are worth, side by side: a model that only shadows is read here before it may count.</summary>
internal static class JudgeTable
{
    public static void Write(IAnsiConsole console, IReadOnlyList<JudgeReport> judges)
    {
        var table = Columns.Of("labeler", ">calls", "failures", ">same in both orders", ">first place", ">d with length", ">agrees with settled", ">agrees with people");
        foreach (var judge in judges)
        {
            table.Add(
                judge.Labeler,
                $"{judge.Calls}",
                judge.Failures.Count == 0 ? "none" : string.Join(", ", judge.Failures.Select(failure => $"{failure.Value} {failure.Key}")),
                Figure(judge.OrderConsistency),
                Figure(judge.FirstPlaceShare),
                Figure(judge.LengthCorrelation),
                judge.SettledAgreement is { } settled ? Shown.Interval(settled) : "",
                judge.HumanAgreement is { } human ? $"{Shown.Interval(human)} on {judge.HumanPairs}" : "");
        }

        console.Write(table);
    }

    private static string Figure(double? value) => value is { } figure ? Shown.Share(figure) : "";
}
