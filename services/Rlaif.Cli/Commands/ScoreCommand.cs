using System.CommandLine;
using Rlaif.Cli.Looking;
using Rlaif.Cli.Trainings;
using Rlaif.Generator.Endpoint;
using Rlaif.Hosting;

namespace Rlaif.Cli.Commands;

/// <summary><c>rlaif score</c>: what a reward model says of the answers in a file.</summary>
internal static class ScoreCommand
{
    public static Command Make()
    {
        var model = new Option<string>("--model") { Description = "A reward model: a folder that rlaif train reward made", Required = true }.NotEmpty();
        var data = new Option<string>("--data") { Description = "Answers with their prompts, or pairs: JSON lines, a JSON list (.gz too) or Parquet", Required = true }.NotEmpty();
        var output = new Option<string>("--out") { Description = "JSON lines, one for each answer", Required = true }.NotEmpty();
        var column = new Option<string[]>("--column") { Description = "A column by another name: --column prompt=question", DefaultValueFactory = _ => [] };
        var command = new Command("score", "Let a reward model score the answers in a file") { model, data, output, column };
        command.SetAction(async (parsed, cancel) =>
        {
            var run = new ScoreRun(parsed.GetValue(model)!, parsed.GetValue(data)!, parsed.GetValue(output)!, TrainCommand.Columns(parsed.GetValue(column)!));
            var (scores, counts) = await run.Run(EndpointNumerics.Read(Settings.Environment), cancel);
            await Console.Out.WriteLineAsync(TerminalText.Clean(scores.Sentence));
            foreach (var skipped in counts.Skipped)
            {
                await Console.Error.WriteLineAsync(TerminalText.Clean($"{run.Data}: {skipped.Count} left out because {skipped.Reason} (first: {skipped.First})."));
            }

            return CommandLine.Done;
        });
        return command;
    }
}
