using System.CommandLine;
using Rlaif.Cli.Looking;
using Rlaif.Feedback.Constitutions;

namespace Rlaif.Cli.Commands;

/// <summary><c>rlaif constitution check FILE</c>: is it well formed, and do its golden pairs come out as they say?</summary>
internal static class ConstitutionCommand
{
    public static Command Make()
    {
        var file = new Argument<string>("FILE") { Description = "A constitution: a YAML file" }.NotEmpty();
        var check = new Command("check", "Validate a constitution and run its golden pairs") { file };
        check.SetAction(parsed =>
        {
            var constitution = Constitution.Read(parsed.GetValue(file)!);
            var report = ConstitutionCheck.Run(constitution);
            foreach (var line in report.Lines)
            {
                Console.Out.WriteLine(TerminalText.Clean(line));
            }

            return report.Passed ? CommandLine.Done : CommandLine.Failed;
        });
        return new("constitution", "Work with constitutions") { check };
    }
}
