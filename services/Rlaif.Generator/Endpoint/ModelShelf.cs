using System.Collections.Concurrent;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Text;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Generator.Endpoint;

/// <summary>The models of this process: loaded when first used, the longest unused one put back when there are too many.</summary>
/// <param name="find">The folder or .gguf file behind a name; null when there is none. What is found under one path never changes.</param>
/// <param name="capacity">Most models in memory. Three: the policy, its reference and a judge.</param>
/// <param name="list">Names to show to who asks; null: none are shown.</param>
public sealed class ModelShelf(
    Func<string, CancellationToken, Task<string?>> find, int capacity = 3, Func<CancellationToken, Task<IReadOnlyList<string>>>? list = null) : IAsyncDisposable
{
    private const int MostFormats = 64; // a tokenizer is some megabytes, and each round makes a new policy
    private readonly ConcurrentDictionary<string, Lazy<ChatFormat>> formats = new(StringComparer.Ordinal);
    private readonly List<(string Path, DeviceKind Device, LanguageModel Model)> loaded = []; // last used last; touched on the torch thread only

    /// <summary>The names to show.</summary>
    public Task<IReadOnlyList<string>> List(CancellationToken cancel) => list?.Invoke(cancel) ?? Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>Tokenizer and chat template of a model; null when there is no such model. Does not wait for the torch thread.</summary>
    /// <exception cref="InputException">Its files cannot be used.</exception>
    public async Task<ChatFormat?> Format(string name, CancellationToken cancel) => await find(name, cancel) is { } path ? FormatAt(path) : null;

    /// <summary>Runs <paramref name="work"/> with the model on the torch thread, in these numerics. The model stays the shelf's: keep nothing
    /// of it.</summary>
    /// <exception cref="InputException">There is no such model, its files cannot be used, or this process lacks the device.</exception>
    public async Task<T> Use<T>(string name, Numerics numerics, Func<LanguageModel, ChatFormat, T> work, CancellationToken cancel)
    {
        var path = await find(name, cancel) ?? throw new InputException($"There is no model \"{name}\" here.");
        var format = FormatAt(path);
        return await TorchThread.Run(
            () =>
            {
                TorchRuntime.Use(numerics);
                return work(ModelAt(path, numerics.Device), format);
            },
            cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await TorchThread.Run(() =>
    {
        loaded.ForEach(one => one.Model.Dispose());
        loaded.Clear();
    });

    private ChatFormat FormatAt(string path)
    {
        if (formats.Count >= MostFormats)
        {
            formats.Clear();
        }

        // PublicationOnly: a failure is not kept, so a file that is put right is read.
        return formats.GetOrAdd(path, static path => new(() => ChatFormat.Read(path), LazyThreadSafetyMode.PublicationOnly)).Value;
    }

    private LanguageModel ModelAt(string path, DeviceKind device)
    {
        if (loaded.FindIndex(one => one.Path == path && one.Device == device) is var at and >= 0)
        {
            loaded.Add(loaded[at]);
            loaded.RemoveAt(at);
            return loaded[^1].Model;
        }

        while (loaded.Count >= capacity)
        {
            loaded[0].Model.Dispose(); // before the next one is read: both may not fit
            loaded.RemoveAt(0);
        }

        loaded.Add((path, device, ModelFolder.ReadModel(path, trainable: false)));
        return loaded[^1].Model;
    }
}
