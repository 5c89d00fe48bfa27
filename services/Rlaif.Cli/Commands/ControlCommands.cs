using System.CommandLine;
using Rlaif.Cli.Looking;
using Rlaif.Cli.Remote;
using Rlaif.Coordinator.Api;
using Rlaif.Recipes;

namespace Rlaif.Cli.Commands;

/// <summary>Commands to a run on a server. One in this process is stopped by Ctrl-C and goes on by its own command.</summary>
internal static class ControlCommands
{
    public static Command Pause(Option<Uri?> server)
    {
        var reason = new Option<string>("--reason") { Description = "Why, for whoever looks", DefaultValueFactory = _ => "Paused by hand." };
        var command = Of("pause", "Let a run on a server wait; nobody works for it then", server, (path, parsed) => (path, new PauseDocument(parsed.GetValue(reason)!)));
        command.Options.Add(reason);
        return command;
    }

    public static Command Resume(Option<Uri?> server) => Of("resume", "Let a run on a server go on", server, (path, _) => (path, null));

    public static Command Cancel(Option<Uri?> server) => Of("cancel", "End a run on a server with the policy that it has", server, (path, _) => (path, null));

    private static Command Of(string name, string description, Option<Uri?> server, Func<string, ParseResult, (string Path, object? Body)> request)
    {
        var run = new Argument<string>("RUN") { Description = "The beginning of a run's id" };
        var command = new Command(name, description) { run };
        command.SetAction(async (parsed, cancel) =>
        {
            var address = parsed.GetValue(server)
                ?? throw new InputException($"rlaif {name} asks a server; name it with --server or RLAIF_SERVER. A run in a process of its own is stopped with Ctrl-C.");
            using var client = new Server(address);
            var (path, body) = request($"/v1/runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/{name}", parsed);
            var state = await client.Post<RunState>(path, body, cancel);
            var doing = state.EndedAt is not null ? "ended" : string.IsNullOrEmpty(state.PauseReason) ? "goes on" : $"waits: {state.PauseReason}";
            await Console.Out.WriteLineAsync(TerminalText.Clean($"Run {Contracts.RlaifId.Short(state.Id)} {doing}"));
            return CommandLine.Done;
        });
        return command;
    }
}
