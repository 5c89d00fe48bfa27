using System.CommandLine;
using Rlaif.Cli.Looking;
using Rlaif.Cli.Remote;
using Rlaif.Cli.Running;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Spectre.Console;

namespace Rlaif.Cli.Commands;

/// <summary><c>rlaif run RECIPE</c>: the whole loop in this process. The same command goes on where it was stopped.</summary>
internal static class RunCommand
{
    public static Command Make(Option<string?> home, Option<Uri?> server)
    {
        var recipe = new Argument<string>("RECIPE") { Description = "The recipe: a YAML file" }.NotEmpty();
        var policy = new Option<string?>("--policy") { Description = "Starting policy: a Hugging Face folder or a .gguf file" }.NotEmpty();
        var prompts = new Option<string?>("--prompts")
        {
            Description = "Prompts for all parts of the run: JSON lines or HH transcripts, .gz too",
        }.NotEmpty();
        var rounds = new Option<int?>("--rounds") { Description = "Rounds" };
        var seed = new Option<int?>("--seed") { Description = "Seed" };
        var summary = new Option<string?>("--summary") { Description = "Write the figures of the finished run to this file, as JSON" }.NotEmpty();
        var set = new Option<string[]>("--set") { Description = "Change one setting of the recipe: --set optimize.0.dpo.beta=0.2", DefaultValueFactory = _ => [] };
        var command = new Command("run", "Run a recipe, or go on with it") { recipe, policy, prompts, rounds, seed, summary, set };
        command.SetAction(async (parsed, cancel) =>
        {
            List<string> changes = [.. parsed.GetValue(set)!];
            if (parsed.GetValue(rounds) is { } count)
            {
                changes.Add($"rounds={count}");
            }

            if (parsed.GetValue(seed) is { } number)
            {
                changes.Add($"seed={number}");
            }

            var file = parsed.GetValue(recipe)!;
            var read = Override(RecipeFile.Read(file, changes), parsed.GetValue(policy), parsed.GetValue(prompts));
            return await Run(read, parsed.GetValue(server), HomeChoice.PathOf(parsed.GetValue(home), file), parsed.GetValue(summary), cancel);
        });
        return command;
    }

    private static Recipe Override(Recipe recipe, string? policy, string? prompts)
    {
        var changed = policy is null ? recipe : recipe with { Policy = Path.GetFullPath(policy) };
        return prompts is null ? changed : changed with
        {
            Prompts = changed.Prompts with { Train = Path.GetFullPath(prompts), Evaluation = null, Demo = null },
        };
    }

    private static async Task<int> Run(Recipe recipe, Uri? server, string homePath, string? summary, CancellationToken cancel)
    {
        if (server is null && recipe.Labelers.Keys.FirstOrDefault(pool => pool is not ("rules" or "judge" or LabelDesk.People)) is { } unserved)
        {
            throw new InputException($"The recipe asks the labelers of the pool {unserved}, and this process serves rules, judge and {LabelDesk.People} only; nothing was started.");
        }

        CheckSummary(summary);
        var input = await RunInput.Read(recipe);
        if (server is null)
        {
            await JudgeProbe.Check(recipe, cancel);
        }

        var time = TimeProvider.System;
        var home = new HomeFolder(homePath);
        await using var policy = input.Policy;
        await using IRunning run = server is null ? await EmbeddedRun.Start(input, home, time, cancel) : await RemoteRun.Start(server, input, home, cancel);
        IRunScreen screen = Console.IsOutputRedirected ? new LineScreen(Console.Out) : new TerminalScreen(Console.Out, Console.WindowWidth);
        screen.Began(Headline(input, run.Id));
        if (recipe.Labelers.ContainsKey(LabelDesk.People))
        {
            await Console.Error.WriteLineAsync($"People are asked too: ./rlaif label{run.LookOptions} in another terminal shows them the pairs.");
        }

        foreach (var file in input.LeftOut)
        {
            await Console.Error.WriteLineAsync(TerminalText.Clean(file));
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, run.Stopping);
            var state = await new RunWatch(run.State, screen, time).Follow(either.Token);
            if (state.EndedAt is null || !string.IsNullOrEmpty(state.PauseReason))
            {
                await Console.Error.WriteLineAsync(TerminalText.Clean(
                    state.EndedAt is null ? $"Run {RlaifId.Short(run.Id)} waits: {state.PauseReason} The same command goes on with it."
                        : $"Run {RlaifId.Short(run.Id)} ended before its last round: {state.PauseReason}"));
                return CommandLine.BadInput;
            }

            await Closing.Write(run, summary, AnsiConsole.Console, cancel);
            return CommandLine.Done;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(
                $"Stopped{(server is null ? "; nothing is lost" : " watching; the server goes on")}. The same command goes on with run {RlaifId.Short(run.Id)}.");
            return CommandLine.Stopped;
        }
    }

    private static void CheckSummary(string? summary)
    {
        if (summary is null)
        {
            return;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(summary));
        if (!Directory.Exists(folder) || Directory.Exists(summary))
        {
            var found = Directory.Exists(summary) ? "it is a folder" : $"there is no folder {folder}";
            throw new InputException(
                $"The summary cannot be written to {summary}: {found}; name a file in a folder that exists. Nothing was started.");
        }
    }

    private static string Headline(RunInput input, Guid id)
    {
        var labelers = string.Join(", ", input.Recipe.Labelers.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Value == "shadow" ? $"{one.Key} (shadow)" : one.Key));
        return TerminalText.Clean(
            $"{input.Recipe.Name} · policy {Path.GetFileNameWithoutExtension(input.Policy.Path.TrimEnd('/'))} ({input.Policy.Parameters / 1e6:0.0} M) · " +
            $"constitution {input.Constitution.Id} {input.Constitution.Version} ({input.Constitution.Principles.Count} principles) · labeler {labelers} · " +
            $"seed {input.Recipe.Seed} · run {RlaifId.Short(id)}");
    }
}
