using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Adapters;

/// <summary>LoRA adapters on disk, in PEFT's format: adapter_config.json and adapter_model.safetensors.</summary>
public static class AdapterFolder
{
    private const string FileName = "adapter_model.safetensors", Beside = "adapter";

    /// <summary>Writes a model folder (config.json and model.safetensors, f32; no tokenizer files) of a base with an adapter in its weights:
    /// W + s B A, computed in f64 and rounded once. For a policy or a reward model; on the torch thread.</summary>
    /// <param name="baseModel">A Hugging Face folder, or a .gguf file.</param>
    /// <param name="adapter">A folder in PEFT's format.</param>
    /// <param name="outFolder">Made when it is not there.</param>
    /// <exception cref="InputException">One of the two cannot be read, they do not belong together, or the configuration asks for what is not
    /// supported.</exception>
    public static void Merge(string baseModel, string adapter, string outFolder)
    {
        if (ConfigJson.IsRewardModel(baseModel))
        {
            using var rewards = ReadOn(ModelFolder.ReadRewardModel(baseModel, trainable: false), adapter);
            ModelFolder.WriteRewardModel(outFolder, rewards, withAdapter: false);
            return;
        }

        using var model = ReadOn(ModelFolder.ReadModel(baseModel, trainable: false), adapter);
        ModelFolder.WriteModel(outFolder, model, withAdapter: false);
    }

    /// <summary>A language model under the adapter of a folder. Takes over the model, which is disposed of when the adapter does not fit.</summary>
    /// <exception cref="InputException">As for <see cref="Merge"/>.</exception>
    internal static LanguageModel ReadOn(LanguageModel model, string folder)
    {
        try
        {
            return model.With(Read(folder, model.Weights, model.Config));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="ReadOn(LanguageModel, string)"/>
    internal static RewardModel ReadOn(RewardModel model, string folder)
    {
        try
        {
            return model.With(Read(folder, model.Weights, model.Body.Config));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes the adapter of a model into a folder inside the model's; without one nothing.</summary>
    internal static void WriteBeside(string modelFolder, Adapter? adapter, string task)
    {
        if (adapter is not null)
        {
            var folder = Directory.CreateDirectory(Path.Combine(modelFolder, Beside)).FullName;
            Safetensors.Write(Path.Combine(folder, FileName), [.. adapter.Weights.Select(w => new NamedTensor(w.Name, w.Value))],
                new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });
            var projections = adapter.Pairs.Keys.Select(module => module[(module.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal);
            AdapterConfigJson.Write(folder, adapter.Config, projections.Order(StringComparer.Ordinal), task);
        }
    }

    private static Adapter Read(string folder, IReadOnlyList<NamedWeight> weights, ModelConfig model)
    {
        var (config, namesTargets) = AdapterConfigJson.Read(folder);
        if (!File.Exists(Path.Combine(folder, FileName)))
        {
            throw new InputException($"{folder} has no {FileName}; adapters in other formats, pickles among them, are not read.");
        }

        using var file = Safetensors.Read(Path.Combine(folder, FileName));
        var tensors = new AdapterTensors(folder, file.Tensors);
        return tensors.Fit(namesTargets ? config : config with { Targets = new(tensors.Modules) }, weights, model.TiedEmbeddings);
    }
}
