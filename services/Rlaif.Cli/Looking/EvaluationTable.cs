using Rlaif.Contracts;
using Spectre.Console;

namespace Rlaif.Cli.Looking;

/// <summary>The figures of one evaluation: what got better, by how much, and who says so.</summary>
internal static class EvaluationTable
{
    public static void Write(IAnsiConsole console, EvaluationFigures figures, string title)
    {
        console.WriteLine(title, new Style(decoration: Decoration.Bold));
        var labeler = TerminalText.Line(figures.Labeler);
        console.Write(TerminalText.Plain($"labeler {labeler} · {figures.Prompts} held-out prompts · win rate against the starting policy\n"));
        console.Write(WinRates(figures));
        console.Write(Measures(figures));
        console.Write(TerminalText.Plain(figures.Promote ? "promoted\n" : "not promoted; the incumbent stays\n"));
        foreach (var reason in figures.Reasons)
        {
            console.Write(TerminalText.Plain($"  {TerminalText.Line(reason)}\n"));
        }
    }

    private static Table WinRates(EvaluationFigures figures)
    {
        var table = Columns.Of("principle", ">win rate", ">low", ">high", "");
        Add("overall", figures.WinRate.Mean, figures.WinRate.Low, figures.WinRate.High);
        foreach (var one in figures.PerPrinciple)
        {
            Add(one.Principle, one.Mean, one.Low, one.High);
        }

        if (figures.AgainstIncumbent != figures.WinRate)
        {
            Add("overall, against the incumbent", figures.AgainstIncumbent.Mean, figures.AgainstIncumbent.Low, figures.AgainstIncumbent.High);
        }

        return table;

        void Add(string name, double mean, double low, double high) =>
            table.Add(name, Shown.Share(mean), Shown.Share(low), Shown.Share(high), low > 0.5 ? "better" : high < 0.5 ? "worse" : "");
    }

    private static Table Measures(EvaluationFigures figures)
    {
        var table = Columns.Of("measure", ">start", ">now", "");
        foreach (var (estimator, kl) in figures.KlNatsPerSequence)
        {
            table.Add($"KL ({estimator})", "0", Shown.Number(kl), "nats per sequence");
        }

        if (figures.RewardModel is { } reward)
        {
            table.Add("reward, mean", Shown.Number(reward.StartReward), Shown.Number(reward.CandidateReward), "by the round's reward model");
            var (mean, low, high) = reward.Accuracy;
            var interval = $"[{Shown.Share(low)}, {Shown.Share(high)}] on {reward.Pairs} pairs";
            table.Add("reward model accuracy", "", Shown.Share(mean), $"{interval}; length alone {Shown.Share(reward.LengthBaseline)}");
            foreach (var head in reward.PerPrinciple ?? [])
            {
                table.Add($"its head of {head.Principle}", "", Shown.Share(head.Mean), $"[{Shown.Share(head.Low)}, {Shown.Share(head.High)}] on {head.Pairs} pairs");
            }

            if (reward.Ensemble is { } ensemble)
            {
                table.Add($"disagreement of {ensemble.Members} members", "", Shown.Number(ensemble.Deviation),
                    $"one order on {Shown.Share(ensemble.Unanimous)} of the pairs: accuracy {Shown.Share(ensemble.UnanimousAccuracy ?? double.NaN)}, on others {Shown.Share(ensemble.DividedAccuracy ?? double.NaN)}");
            }

            if (reward.Calibration is { } calibration)
            {
                table.Add("reward model calibration error", "", Shown.Share(calibration.Error),
                    $"{Shown.Share(calibration.ErrorAtTemperature)} at temperature {Shown.Number(calibration.Temperature)}");
            }
        }

        foreach (var (probe, now) in figures.Probes)
        {
            table.Add(probe, figures.StartProbes.TryGetValue(probe, out var start) ? Shown.Number(start) : "", Shown.Number(now), "");
        }

        return table;
    }
}
