using System.CommandLine;
using Rlaif.Cli.Looking;
using Rlaif.Cli.Running;
using Rlaif.Storage;
using Spectre.Console;

namespace Rlaif.Cli.Commands;

/// <summary>Commands that only read: what runs there are, what one did, what made a checkpoint.</summary>
internal static class LookCommands
{
    public static Command Runs(Option<string?> home)
    {
        var command = new Command("runs", "List the runs of this home");
        command.SetAction(async (parsed, cancel) =>
        {
            await using var facts = await HomeFacts.Open(parsed.GetValue(home), cancel);
            await new RunsView(facts.Runs, facts.Work, facts.Evaluations).Write(AnsiConsole.Console, cancel);
            return CommandLine.Done;
        });
        return command;
    }

    public static Command Show(Option<string?> home)
    {
        var run = new Argument<string>("RUN") { Description = "The beginning of a run's id" };
        var json = new Option<bool>("--json") { Description = "Everything, as JSON" };
        var command = new Command("show", "Stages, metrics, pairs, judgements, checkpoints and evaluations of a run") { run, json };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var facts = await HomeFacts.Open(parsed.GetValue(home), cancel, parsed.GetValue(run)!, "run");
            var found = await RunFinder.Find(facts.Runs, parsed.GetValue(run)!, cancel);
            var report = await facts.Reports.Of(found, cancel);
            Write(parsed.GetValue(json), report, RunView.Write);
            return CommandLine.Done;
        });
        return command;
    }

    public static Command Explain(Option<string?> home)
    {
        var checkpoint = new Argument<string>("CHECKPOINT") { Description = "A checkpoint's folder, or the beginning of its artifact's name or weight hash" };
        var json = new Option<bool>("--json") { Description = "Every pair, judgement and hash, as JSON" };
        var command = new Command("explain", "Which labels, by whom, under which principles, made a checkpoint") { checkpoint, json };
        command.SetAction(async (parsed, cancel) =>
        {
            await using var facts = await HomeFacts.Open(parsed.GetValue(home), cancel, parsed.GetValue(checkpoint)!, "checkpoint");
            var lineage = await facts.Lineages.Of(parsed.GetValue(checkpoint)!, cancel);
            Write(parsed.GetValue(json), lineage, LineageView.Write);
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
