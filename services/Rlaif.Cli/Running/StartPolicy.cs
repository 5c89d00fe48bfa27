using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Learning.Weights;
using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>The policy that a user names, before anything of it is stored.</summary>
internal sealed record StartPolicy(string Path, LanguageModel Model, ChatFormat Chat) : IAsyncDisposable
{
    public long Parameters => Model.Weights.Sum(weight => weight.Value.numel());

    /// <exception cref="Recipes.InputException">Nothing there, or it cannot be used; nothing was written.</exception>
    public static async Task<StartPolicy> Read(string path)
    {
        var chat = ChatFormat.Read(path);
        var model = await TorchThread.Run(() => ModelFolder.ReadModel(path, trainable: false));
        return chat.Tokenizer.Size <= model.Config.Vocabulary ? new(path, model, chat) : throw new Recipes.InputException(
            $"{path} has a tokenizer of {chat.Tokenizer.Size} ids on a model of {model.Config.Vocabulary}; the two do not belong together.");
    }

    /// <summary>Takes it in as a Hugging Face folder in f32, whatever it was; the same weights give the same artifact.</summary>
    public Task<string> Store(ArtifactStore artifacts) => TorchThread.Run(() =>
    {
        var staged = artifacts.Stage("start-policy");
        ModelFolder.WriteModel(staged, Model);
        Chat.Write(staged);
        return artifacts.Add(staged);
    });

    public async ValueTask DisposeAsync() => await TorchThread.Run(Model.Dispose);
}
