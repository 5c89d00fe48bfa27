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
        var recipe = new Argument<string>("RECIPE") { Description = "A pretraining recipe, as recipes/tiny-base.yaml" };
        var output = new Option<string>("--out") { Description = "Folder of the new model", Required = true };
        var command = new Command("pretrain", "Train a small policy from nothing") { recipe, output };
        command.SetAction(async (parsed, cancel) =>
        {
            var read = RecipeFile.ReadPretraining(parsed.GetValue(recipe)!);
            var corpus = Path.Combine(Path.GetTempPath(), $"rlaif-corpus-{Environment.ProcessId}.jsonl");
            try
            {
                await MakeCorpus(read, corpus, cancel);
                await TorchThread.Run(
                    () => Pretraining.Run(
                        read, corpus, parsed.GetValue(output)!,
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
                File.Delete(corpus);
            }
        });
        return command;
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
