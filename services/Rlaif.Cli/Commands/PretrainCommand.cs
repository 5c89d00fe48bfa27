using System.CommandLine;
using System.Diagnostics;
using Rlaif.Learning.Native;
using Rlaif.Learning.Training;
using Rlaif.Recipes;

namespace Rlaif.Cli.Commands;

/// <summary><c>rlaif pretrain RECIPE</c>: tokenizer and weights of a small policy, from a data script of the repository.</summary>
internal static class PretrainCommand
{
    public static Command Make()
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A pretraining recipe, as recipes/tiny-base.yaml" }.NotEmpty();
        var output = new Option<string>("--out") { Description = "Folder of the new model", Required = true }.NotEmpty();
        var command = new Command("pretrain", "Train a small policy from nothing") { recipe, output };
        command.SetAction(async (parsed, cancel) =>
        {
            var read = RecipeFile.ReadPretraining(parsed.GetValue(recipe)!);
            var model = Folder(parsed.GetValue(output)!);
            var work = Directory.CreateTempSubdirectory("rlaif-corpus-");
            try
            {
                var corpus = Path.Combine(work.FullName, "corpus.jsonl");
                await MakeCorpus(read, corpus, cancel);
                await TorchThread.Run(
                    () => Pretraining.Run(
                        read, corpus, model,
                        (step, steps) =>
                        {
                            if (step % 50 == 0 || step == steps)
                            {
                                Console.Out.WriteLine($"event=step step={step} steps={steps}");
                            }
                        },
                        cancel),
                    cancel);
                return CommandLine.Done;
            }
            finally
            {
                work.Delete(recursive: true);
            }
        });
        return command;
    }

    // Made before the training: what cannot be written is told now, not after an hour.
    private static string Folder(string output)
    {
        try
        {
            return Directory.CreateDirectory(output).FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var reason = error.Message.TrimEnd('.');
            throw new InputException($"The model cannot be written to {output}: {reason}; name another folder. Nothing was started.", error);
        }
    }

    private static async Task MakeCorpus(PretrainRecipe recipe, string corpus, CancellationToken cancel)
    {
        using var script = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "run", recipe.Corpus, "--", "corpus", "--documents", $"{recipe.Documents}", "--seed", $"{recipe.Seed}", "--out", corpus },
        })!;
        await script.WaitForExitAsync(cancel);
        if (script.ExitCode != 0)
        {
            throw new InputException($"The data script {recipe.Corpus} ended with exit code {script.ExitCode}; its own message is above.");
        }
    }
}
