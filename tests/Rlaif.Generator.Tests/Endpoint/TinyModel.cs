using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Learning.Weights;
using Rlaif.Testing;

namespace Rlaif.Generator.Tests.Endpoint;

/// <summary>A model folder with random weights and a real tokenizer and chat template.</summary>
internal sealed class TinyModel : IDisposable
{
    private static readonly string[] TokenizerFiles = ["tokenizer.json", "tokenizer_config.json"];

    private TinyModel(string folder) => Folder = folder;

    public string Folder { get; }

    public static async Task<TinyModel> Create(ulong seed = 1, int positions = 2048, Action<LanguageModel, Tokenizer>? change = null)
    {
        var tokenizerFolder = Fixtures.Path("models/tiny-smollm");
        var folder = Directory.CreateTempSubdirectory("rlaif-tiny-").FullName;
        foreach (var file in TokenizerFiles)
        {
            File.WriteAllBytes(Path.Combine(folder, file), File.ReadAllBytes(Path.Combine(tokenizerFolder, file)));
        }

        await TorchThread.Run(() =>
        {
            using var model = LanguageModel.Create(
                new()
                {
                    Architecture = "llama",
                    HiddenSize = 32,
                    Layers = 1,
                    Heads = 2,
                    KeyValueHeads = 1,
                    HeadDim = 16,
                    FeedForward = 48,
                    Vocabulary = 512,
                    MaxPositions = positions,
                    EosTokenIds = [2],
                },
                seed,
                trainable: false);
            change?.Invoke(model, Tokenizer.Read(folder));
            ModelFolder.WriteModel(folder, model);
        });
        return new(folder);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
