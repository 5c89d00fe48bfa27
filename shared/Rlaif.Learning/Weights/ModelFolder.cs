using Rlaif.Learning.Adapters;
using Rlaif.Learning.Models;
using Rlaif.Recipes;

namespace Rlaif.Learning.Weights;

/// <summary>Models on disk: Hugging Face folders (config.json and safetensors, sharded too) and GGUF files.</summary>
public static class ModelFolder
{
    /// <summary>Reads a model from a folder or a GGUF file; the weights become f32.</summary>
    /// <exception cref="InputException">Something is missing, damaged or not supported; the message names it.</exception>
    public static LanguageModel ReadModel(string path, bool trainable)
    {
        if (GgufFile.Names(path))
        {
            return GgufModel.Read(GgufFile.Open(path), trainable);
        }

        var config = ConfigJson.Read(path, ConfigJson.LanguageModelSuffix);
        return new(config, FolderWeights.Read(path, WeightShape.Of(config), trainable));
    }

    /// <summary>The shape of a model in a folder or a GGUF file, without its weights.</summary>
    /// <exception cref="InputException">As for <see cref="ReadModel"/>.</exception>
    public static ModelConfig ReadConfig(string path) => GgufFile.Names(path)
        ? GgufModel.Config(GgufFile.Open(path))
        : ConfigJson.Read(path, ConfigJson.LanguageModelSuffix);

    /// <summary>Writes config.json and model.safetensors (f32) that transformers, vLLM and llama.cpp's converter read.
    /// Tokenizer files are not written here. An adapter is in the weights, and by itself in the folder <c>adapter</c>.</summary>
    public static void WriteModel(string folder, LanguageModel model) => WriteModel(folder, model, withAdapter: true);

    internal static void WriteModel(string folder, LanguageModel model, bool withAdapter)
    {
        Directory.CreateDirectory(folder);
        using var merged = model.Merged();
        FolderWeights.Write(folder, merged.Weights);
        AdapterFolder.WriteBeside(folder, withAdapter ? model.Adapter : null, "CAUSAL_LM");
        ConfigJson.Write(folder, model.Config, ConfigJson.LanguageModelSuffix);
    }

    /// <summary>Reads a reward model (<c>...ForSequenceClassification</c> with one label) from a folder.</summary>
    /// <exception cref="InputException">As for <see cref="ReadModel"/>.</exception>
    public static RewardModel ReadRewardModel(string folder, bool trainable)
    {
        var config = ReadRewardModelConfig(folder);
        return new(config, FolderWeights.Read(folder, RewardModel.Shapes(config), trainable)) { Scale = ConfigJson.ReadScale(folder) };
    }

    /// <summary>All members of a reward model, frozen: the model in the folder, and where it is one of an ensemble those that lie in folders of it.</summary>
    /// <exception cref="InputException">As for <see cref="ReadModel"/>.</exception>
    public static IReadOnlyList<RewardModel> ReadRewardModels(string folder) => [.. Members(folder).Select(member => ReadRewardModel(member, trainable: false))];

    /// <summary>The folders of a reward model's members. The first is the folder itself, so that whoever knows of no members reads one model.</summary>
    public static IReadOnlyList<string> Members(string folder) =>
        [folder, .. Enumerable.Range(2, int.MaxValue - 2).Select(number => Member(folder, number)).TakeWhile(Directory.Exists)];

    /// <summary>The files that make a model what it is, of every member: configuration, weights, heads of principles. A tokenizer is none of them.</summary>
    public static IEnumerable<string> Content(string folder) => Members(folder)
        .SelectMany(member => Directory.EnumerateFiles(member).Concat(File.Exists(PrincipleHeads.FileOf(member)) ? [PrincipleHeads.FileOf(member)] : []))
        .Where(file => file.EndsWith(".safetensors", StringComparison.Ordinal) || Path.GetFileName(file) is "config.json" or "generation_config.json")
        .Order(StringComparer.Ordinal);

    internal static string Member(string folder, int number) => Path.Combine(folder, $"member-{number}");

    /// <summary>The shape of a reward model in a folder, without its weights.</summary>
    /// <exception cref="InputException">As for <see cref="ReadModel"/>.</exception>
    public static ModelConfig ReadRewardModelConfig(string folder) => ConfigJson.Read(folder, ConfigJson.RewardModelSuffix);

    /// <summary>Whether a folder holds a reward model rather than a policy.</summary>
    /// <exception cref="InputException">It is a folder without config.json.</exception>
    public static bool IsRewardModel(string path) => ConfigJson.IsRewardModel(path);

    /// <summary>A trainable reward model: the one in the folder, or a fresh head of zeros on the policy that is there.</summary>
    /// <exception cref="InputException">As for <see cref="ReadModel"/>.</exception>
    public static RewardModel ReadRewardModelStart(string path)
    {
        if (ConfigJson.IsRewardModel(path))
        {
            return ReadRewardModel(path, trainable: true);
        }

        using var policy = ReadModel(path, trainable: false);
        return RewardModel.On(policy);
    }

    /// <summary>Writes config.json and model.safetensors that transformers reads as a reward model with one label; an adapter as
    /// <see cref="WriteModel"/> does. Its scale, if it has one, stands in config.json as <c>mean</c> and <c>std</c>, where OpenRLHF looks for it.</summary>
    public static void WriteRewardModel(string folder, RewardModel model) => WriteRewardModel(folder, model, withAdapter: true);

    internal static void WriteRewardModel(string folder, RewardModel model, bool withAdapter)
    {
        Directory.CreateDirectory(folder);
        using var body = model.Body.Merged();
        FolderWeights.Write(folder, [.. body.Weights, new(RewardModel.ScoreName, model.Score)]);
        AdapterFolder.WriteBeside(folder, withAdapter ? model.Body.Adapter : null, "SEQ_CLS");
        ConfigJson.Write(folder, model.Body.Config, ConfigJson.RewardModelSuffix, model.Scale);
        model.Principles?.Write(folder);
    }
}
