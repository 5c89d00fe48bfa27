using System.CommandLine;
using Rlaif.Learning.Adapters;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Recipes;

namespace Rlaif.Cli.Commands;

/// <summary><c>rlaif merge</c>: a model with an adapter in its weights.</summary>
internal static class MergeCommand
{
    public static Command Make()
    {
        var model = new Option<string>("--model") { Description = "The base: a Hugging Face folder (a policy or a reward model) or a .gguf file", Required = true }.NotEmpty();
        var adapter = new Option<string>("--adapter") { Description = "A LoRA adapter: a folder in PEFT's format", Required = true }.NotEmpty();
        var output = new Option<string>("--out") { Description = "Folder of the merged model", Required = true }.NotEmpty();
        var command = new Command("merge", "Put an adapter into the weights of its model") { model, adapter, output };
        command.SetAction(async (parsed, cancel) =>
        {
            await Merge(parsed.GetValue(model)!, parsed.GetValue(adapter)!, parsed.GetValue(output)!, cancel);
            return CommandLine.Done;
        });
        return command;
    }

    /// <exception cref="InputException">One of the two cannot be read, they do not belong together, or the folder holds something.</exception>
    public static async Task Merge(string model, string adapter, string output, CancellationToken cancel)
    {
        if (File.Exists(output) || (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any()))
        {
            throw new InputException($"{output} is not empty; name another folder for the merged model.");
        }

        var chat = ChatFormat.Read(model);
        await TorchThread.Run(() => AdapterFolder.Merge(model, adapter, output), cancel);
        chat.Write(output);
    }
}
