using Rlaif.Cli.Looking;
using Rlaif.Contracts;
using Rlaif.Coordinator.Looking;
using Rlaif.Storage;
using Spectre.Console;

namespace Rlaif.Cli.Running;

/// <summary>What a person sees when a run has ended, and the summary for programs.</summary>
internal static class Closing
{
    public static async Task Write(IRunning running, string? summaryFile, IAnsiConsole console, CancellationToken cancel)
    {
        var ending = await running.Ending(cancel);
        var (run, counted) = (ending.Run, RunEnding.Counted(ending.Run, ending.Evaluations));
        var folder = await running.Folder(run.FinalPolicy!, cancel);
        console.WriteLine();
        EvaluationTable.Write(console, counted.Read(), $"Evaluation of round {counted.Round}");
        console.WriteLine();
        JudgeTable.Write(console, ending.Judges);
        foreach (var demo in ending.Demo)
        {
            console.Write(TerminalText.Plain(
                $"\n{TerminalText.Line(demo.Prompt)}\n" +
                $"  before  {TerminalText.Line(demo.Before)}\n" +
                $"  after   {TerminalText.Line(demo.After)}\n"));
        }

        var lookOn = LookOn(RlaifId.Short(run.Id), run.FinalPolicy![..12], folder, running.LookOptions);
        console.Write(TerminalText.Plain(
            $"\nPolicy      {folder}\n" +
            $"Look on     {string.Join("\n            ", lookOn)}\n"));
        if (summaryFile is not null)
        {
            var weights = ArtifactStore.Sha256(Path.Combine(folder, "model.safetensors"));
            var summary = Summary.Of(run, new(folder, weights), ending.Evaluations, ending.Judges, ending.Stages, PeakMemory.Bytes());
            await File.WriteAllTextAsync(summaryFile + ".partial", summary.ToJson() + "\n", cancel);
            File.Move(summaryFile + ".partial", summaryFile, overwrite: true);
        }
    }

    /// <summary>Commands that find the run again from the current folder.</summary>
    public static IReadOnlyList<string> LookOn(string run, string policy, string folder, string options) =>
        [$"./rlaif show {run}{options}", $"./rlaif explain {policy}{options}", $"./rlaif chat {Argument(folder)}"];

    /// <summary>What commands need to find a home again; nothing when it is that of the current folder.</summary>
    public static string HomeOption(string home) =>
        Path.GetFullPath(HomeChoice.PathOf(null, null)) == Path.GetFullPath(home) ? "" : $" --home {Argument(home)}";

    private static string Argument(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path;
}
