using System.CommandLine;
using System.Data.Common;
using Rlaif.Cli.Looking;
using Rlaif.Cli.Serving;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Spectre.Console;

namespace Rlaif.Cli.Commands;

/// <summary>The command tree, and what becomes of errors: bad input is one sentence and exit code 2; so is a run that waits; a stopped one is 130.</summary>
internal static class CommandLine
{
    // A pipe has no width; tables are not cut there.
    private const int WidthOfLogs = 160;

    public const int Done = 0, Failed = 1, BadInput = 2, Stopped = 130;

    public static async Task<int> Run(string[] args)
    {
        var home = new Option<string?>("--home")
        {
            Description = "Folder of runs and artifacts (RLAIF_HOME; default .rlaif in the project)",
            Recursive = true,
        }.NotEmpty();
        var server = new Option<Uri?>("--server")
        {
            Description = "A deployment's coordinator instead of this process (RLAIF_SERVER), for example http://localhost:8080",
            Recursive = true,
            CustomParser = result => Address("--server", result.Tokens[^1].Value),
            DefaultValueFactory = _ => Settings.Environment.Text("RLAIF_SERVER") is { } named ? Address("RLAIF_SERVER", named) : null,
        };
        var root = new RootCommand("rlaif: train a language model from AI feedback, and look at what came of it")
        {
            RunCommand.Make(home, server), LookCommands.Runs(home, server), LookCommands.Show(home, server), LookCommands.Explain(home, server),
            LabelCommand.Make(home, server),
            TalkCommands.Chat(), TalkCommands.Generate(), ConstitutionCommand.Make(), PretrainCommand.Make(), TrainCommand.Make(), ScoreCommand.Make(), DoctorCommand.Make(home),
            ServeCommand.Make(), UpCommand.Make(home), ControlCommands.Pause(server), ControlCommands.Resume(server), ControlCommands.Cancel(server),
            ParkedCommand.Make(server),
        };
        root.Options.Add(home);
        root.Options.Add(server);
        var parsed = root.Parse(args);
        if (parsed.Errors is [var first, ..])
        {
            return await Refuse($"{first.Message} `rlaif --help` lists commands and options.");
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = WidthOfLogs;
        }

        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
        }
        catch (InputException error)
        {
            return await Refuse(error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return await Refuse(error.Message);
        }
        catch (DbException error)
        {
            return await Refuse($"The database cannot be used: {error.Message.TrimEnd('.')}; restore it, or name another home with --home.");
        }
        catch (OperationCanceledException)
        {
            return Stopped;
        }
    }

    private static Uri Address(string name, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https") && address.UserInfo.Length == 0
            ? address : throw new InputException($"{name} is no address; write one like http://localhost:8080, the token in RLAIF_TOKEN.");

    private static async Task<int> Refuse(string message)
    {
        await Console.Error.WriteLineAsync(TerminalText.Clean(message));
        return BadInput;
    }
}
