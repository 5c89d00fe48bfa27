using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Learning.Weights;
using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>The policy that a user names, before anything of it is stored. Once it is, its weights are let go: the run has its own.</summary>
internal sealed class StartPolicy : IAsyncDisposable
{
    private readonly LanguageModel model;

    private StartPolicy(string path, LanguageModel model, ChatFormat chat) =>
        (Path, this.model, Chat, Parameters) = (path, model, chat, model.Weights.Sum(weight => weight.Value.numel()));

    public string Path { get; }

    public ChatFormat Chat { get; }

    public long Parameters { get; }

    public int MaxPositions => model.Config.MaxPositions;

    /// <exception cref="Recipes.InputException">Nothing there, or it cannot be used; nothing was written.</exception>
    public static async Task<StartPolicy> Read(string path)
    {
        var chat = ChatFormat.Read(path);
        var policy = await TorchThread.Run(() => new StartPolicy(path, ModelFolder.ReadModel(path, trainable: false), chat));
        var vocabulary = policy.model.Config.Vocabulary;
        return chat.Tokenizer.Size <= vocabulary ? policy : throw new Recipes.InputException(
            $"{path} has a tokenizer of {chat.Tokenizer.Size} ids on a model of {vocabulary}; the two do not belong together.");
    }

    /// <summary>Takes it in as a Hugging Face folder in f32, whatever it was, and lets the weights go: once. The same weights give the same
    /// artifact.</summary>
    public async Task<string> Store(ArtifactStore artifacts, CancellationToken cancel)
    {
        var staged = artifacts.Stage("start-policy");
        await TorchThread.Run(() =>
        {
            ModelFolder.WriteModel(staged, model);
            Chat.Write(staged);
            model.Dispose();
        }, cancel);
        return await artifacts.Add(staged, cancel);
    }

    public async ValueTask DisposeAsync() => await TorchThread.Run(model.Dispose);
}
