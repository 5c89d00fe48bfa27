using Rlaif.Cli.Looking;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Storage;
using Spectre.Console;

namespace Rlaif.Cli.Running;

/// <summary>What a person sees when a run has ended, and the summary for programs.</summary>
internal static class Closing
{
    public static async Task Write(EmbeddedRun run, RunRow row, int rounds, string? summaryFile, IAnsiConsole console, CancellationToken cancel)
    {
        var evaluations = await run.Get<EvaluationTables>().Of(run.Id, cancel);
        var counted = evaluations.LastOrDefault(evaluation => evaluation.Promoted && evaluation.Candidate == row.FinalPolicy) ?? evaluations[^1];
        var judges = await new LabelerReports(run.Get<ResponseTables>(), run.Get<PairTables>()).Of(row, rounds, cancel);
        var folder = run.Get<ArtifactStore>().PathOf(row.FinalPolicy!);
        console.WriteLine();
        EvaluationTable.Write(console, counted.Read(), $"Evaluation of round {counted.Round}");
        console.WriteLine();
        JudgeTable.Write(console, judges);
        await Demo(run, counted.Round, console, cancel);
        var lookOn = LookOn(RlaifId.Short(run.Id), row.FinalPolicy![..12], folder, run.Get<HomeFolder>().Path);
        console.Write(TerminalText.Plain(
            $"\nPolicy      {folder}\n" +
            $"Look on     {string.Join("\n            ", lookOn)}\n"));
        if (summaryFile is not null)
        {
            var weights = ArtifactStore.Sha256(Path.Combine(folder, "model.safetensors"));
            var stages = await run.Get<WorkTables>().Stages(run.Id, cancel);
            var summary = Summary.Of(row, new(folder, weights), evaluations, judges, stages, PeakMemory.Bytes());
            await File.WriteAllTextAsync(summaryFile + ".partial", summary.ToJson() + "\n", cancel);
            File.Move(summaryFile + ".partial", summaryFile, overwrite: true);
        }
    }

    /// <summary>Commands that find the run again from the current folder.</summary>
    public static IReadOnlyList<string> LookOn(string run, string policy, string folder, string home)
    {
        var there = Path.GetFullPath(HomeChoice.PathOf(null, null)) == Path.GetFullPath(home) ? "" : $" --home {Argument(home)}";
        return [$"./rlaif show {run}{there}", $"./rlaif explain {policy}{there}", $"./rlaif chat {Argument(folder)}"];
    }

    private static string Argument(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path;

    private static async Task Demo(EmbeddedRun run, int round, IAnsiConsole console, CancellationToken cancel)
    {
        var (responses, purpose) = (run.Get<ResponseTables>(), nameof(Purpose.Demo));
        var before = (await responses.Of(run.Id, purpose, 0, cancel)).ToDictionary(row => row.PromptId, StringComparer.Ordinal);
        var after = (await responses.Of(run.Id, purpose, round, cancel)).ToDictionary(row => row.PromptId, StringComparer.Ordinal);
        foreach (var prompt in await run.Get<RunTables>().Prompts(run.Id, "demo", 0, cancel))
        {
            console.Write(TerminalText.Plain(
                $"\n{TerminalText.Line(prompt.Prompt.Turns[^1].Content)}\n" +
                $"  before  {TerminalText.Line(before[prompt.Id].Text)}\n" +
                $"  after   {TerminalText.Line(after[prompt.Id].Text)}\n"));
        }
    }
}
