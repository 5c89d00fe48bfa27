using System.CommandLine;
using Rlaif.Cli.Labeling;
using Rlaif.Coordinator.Labels;
using Spectre.Console;

namespace Rlaif.Cli.Commands;

/// <summary><c>rlaif label</c>: a person labels pairs at a terminal.</summary>
internal static class LabelCommand
{
    public static Command Make(Option<string?> home, Option<Uri?> server)
    {
        var run = new Argument<string?>("RUN") { Description = "The beginning of a run's id; without it all runs that go on", Arity = ArgumentArity.ZeroOrOne };
        var pool = new Option<string>("--pool") { Description = "The recipe's name for the people asked", DefaultValueFactory = _ => LabelDesk.People }.NotEmpty();
        var name = new Option<string>("--name") { Description = "Your name among the labelers", DefaultValueFactory = _ => Environment.UserName }.NotEmpty();
        var command = new Command("label", "Say which of two responses is better, pair by pair") { run, pool, name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (of, among, labeler) = (parsed.GetValue(run), parsed.GetValue(pool)!, $"{LabelDesk.People}/{parsed.GetValue(name)}");
            await using ILabelDesk desk = parsed.GetValue(server) is { } address
                ? new ServerDesk(address, among, labeler, of)
                : await HomeDesk.Open(parsed.GetValue(home), among, labeler, of, TimeProvider.System, cancel);
            var session = new LabelSession(desk, labeler, AnsiConsole.Console, Console.In);
            try
            {
                await session.Run(cancel);
            }
            finally
            {
                await Console.Out.WriteLineAsync($"{session.Sent} {(session.Sent == 1 ? "pair" : "pairs")} labeled.");
            }

            return CommandLine.Done;
        });
        return command;
    }
}
