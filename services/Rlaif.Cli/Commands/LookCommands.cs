using System.CommandLine;
using Rlaif.Cli.Looking;
using Rlaif.Cli.Remote;
using Rlaif.Cli.Running;
using Spectre.Console;

namespace Rlaif.Cli.Commands;

/// <summary>Commands that only read: what runs there are, what one did, what made a checkpoint.</summary>
internal static class LookCommands
{
    public static Command Runs(Option<string?> home, Option<Uri?> server)
    {
        var command = new Command("runs", "List the runs of this home");
        command.SetAction(async (parsed, cancel) =>
        {
            await using IFacts facts = parsed.GetValue(server) is { } address ? new ServerFacts(address) : await HomeFacts.Open(parsed.GetValue(home), cancel);
            RunsView.Write(AnsiConsole.Console, await facts.Runs(cancel));
            return CommandLine.Done;
        });
        return command;
    }

    public static Command Show(Option<string?> home, Option<Uri?> server)
    {
        var run = new Argument<string>("RUN") { Description = "The beginning of a run's id" };
        var json = new Option<bool>("--json") { Description = "Everything, as JSON" };
        var command = new Command("show", "Stages, metrics, pairs, judgements, checkpoints and evaluations of a run") { run, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var named = parsed.GetValue(run)!;
            await using IFacts facts = parsed.GetValue(server) is { } address
                ? new ServerFacts(address) : await HomeFacts.Open(parsed.GetValue(home), cancel, named, "run");
            Write(parsed.GetValue(json), await facts.Run(named, cancel), RunView.Write);
            return CommandLine.Done;
        });
        return command;
    }

    public static Command Explain(Option<string?> home, Option<Uri?> server)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint's folder, or the beginning of its artifact's name or weight hash" };
        var json = new Option<bool>("--json") { Description = "Every pair, judgement and hash, as JSON" };
        var command = new Command("explain", "Which labels, by whom, under which principles, made a checkpoint") { checkpoint, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var named = parsed.GetValue(checkpoint)!;
            await using IFacts facts = parsed.GetValue(server) is { } address
                ? new ServerFacts(address) : await HomeFacts.Open(parsed.GetValue(home), cancel, named, "checkpoint");
            Write(parsed.GetValue(json), await facts.Lineage(named, cancel), LineageView.Write);
            return CommandLine.Done;
        });
        return command;
    }

    private static void Write<T>(bool json, T report, Action<IAnsiConsole, T> view)
    {
        if (json)
        {
            Console.Out.WriteLine(Shown.Json(report));
        }
        else
        {
            view(AnsiConsole.Console, report);
        }
    }
}
