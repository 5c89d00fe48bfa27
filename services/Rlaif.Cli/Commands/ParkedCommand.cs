using System.CommandLine;
using Rlaif.Cli.Looking;
using Rlaif.Cli.Remote;
using Rlaif.Coordinator.Api;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Spectre.Console;

namespace Rlaif.Cli.Commands;

/// <summary><c>rlaif parked</c>: messages of a deployment that nobody could work on.</summary>
internal static class ParkedCommand
{
    public static Command Make(Option<Uri?> server)
    {
        var limit = new Option<int>("--limit") { Description = "How many to show, at most 100", DefaultValueFactory = _ => 10 };
        var list = On(server, "list", "Queues that hold any", [], List);
        var show = On(server, "show", "The first messages of a queue, with why they are there", [limit], (parked, parsed, cancel) => Show(parked, parsed.GetValue(limit), cancel), Queue());
        var replay = On(server, "replay", "Send all of a queue to where they came to first: after a fix", [], (parked, _, cancel) => Post(parked, "replay", "sent again", cancel), Queue());
        var drop = On(server, "drop", "Throw all of a queue away", [], (parked, _, cancel) => Post(parked, "drop", "thrown away", cancel), Queue());
        var command = new Command("parked", "Messages of a deployment that could not be processed") { list, show, replay, drop };
        command.Action = list.Action;
        return command;
    }

    /// <summary>A queue on a server.</summary>
    private sealed record Parked(Server Server, string Name)
    {
        public string Path => $"/v1/parked/{Uri.EscapeDataString(Name)}";
    }

    private static Argument<string> Queue() => new("QUEUE") { Description = "As list names it" };

    private static Command On(
        Option<Uri?> server, string name, string description, IReadOnlyList<Option> options,
        Func<Parked, ParseResult, CancellationToken, Task> act, Argument<string>? queue = null)
    {
        var command = new Command(name, description);
        options.ToList().ForEach(command.Options.Add);
        if (queue is not null)
        {
            command.Arguments.Add(queue);
        }

        command.SetAction(async (parsed, cancel) =>
        {
            using var there = new Server(parsed.GetValue(server) ?? throw new InputException(
                "Messages are parked in a deployment: name its coordinator with --server or RLAIF_SERVER. A run in one process pauses instead and says why (`rlaif runs`)."));
            await act(new(there, queue is null ? "" : parsed.GetValue(queue)!), parsed, cancel);
            return CommandLine.Done;
        });
        return command;
    }

    private static async Task List(Parked parked, ParseResult parsed, CancellationToken cancel) =>
        ParkedView.Write(AnsiConsole.Console, await parked.Server.Get<IReadOnlyList<ParkedQueue>>("/v1/parked", cancel));

    private static async Task Show(Parked parked, int limit, CancellationToken cancel) =>
        ParkedView.Write(AnsiConsole.Console, await parked.Server.Get<IReadOnlyList<ParkedMessage>>($"{parked.Path}?limit={limit}", cancel));

    private static async Task Post(Parked parked, string what, string done, CancellationToken cancel)
    {
        var count = await parked.Server.Post<ParkedCount>($"{parked.Path}/{what}", null, cancel);
        AnsiConsole.Console.Write(TerminalText.Plain($"{count.Messages} messages of {parked.Name} were {done}.\n"));
    }
}
