using System.Text.Json;
using Rlaif.Learning.Models;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Weights;

/// <summary>The weight files of a Hugging Face folder.</summary>
internal static class FolderWeights
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    /// <summary>The weights that a model of this shape must have, in that order, as f32. Every one must be there, and nothing else.</summary>
    public static IReadOnlyList<NamedWeight> Read(string folder, IReadOnlyList<WeightShape> wanted, bool trainable)
    {
        using var noGradient = no_grad();
        var found = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var file in Files(folder))
            {
                foreach (var (name, value) in Safetensors.Read(file).Tensors)
                {
                    if (!found.TryAdd(name, value))
                    {
                        value.Dispose();
                        throw new InputException($"{folder} holds {name} in two of its weight files; fetch or convert the model again.");
                    }
                }
            }

            Check(folder, wanted, found);
            return [.. wanted.Select(weight => new NamedWeight(weight.Name, Take(found, weight.Name, trainable)))];
        }
        finally
        {
            foreach (var unused in found.Values)
            {
                unused.Dispose();
            }
        }
    }

    public static void Write(string folder, IReadOnlyList<NamedWeight> weights) =>
        Safetensors.Write(Path.Combine(folder, Single), [.. weights.Select(w => new NamedTensor(w.Name, w.Value))],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" });

    private static IReadOnlyList<string> Files(string folder)
    {
        var index = Path.Combine(folder, Index);
        if (File.Exists(Path.Combine(folder, Single)))
        {
            return [Path.Combine(folder, Single)];
        }

        if (File.Exists(index))
        {
            return Shards(folder, index);
        }

        throw new InputException(Directory.EnumerateFiles(folder, "*.bin").Any()
            ? $"{folder} has its weights in a .bin file, a pickle, which can run code and is never read; convert it to {Single}."
            : $"{folder} has no weights: neither {Single} nor {Index} is there.");
    }

    private static IReadOnlyList<string> Shards(string folder, string index)
    {
        SortedSet<string> names;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            names = new(json.RootElement.GetProperty("weight_map").EnumerateObject().Select(p => p.Value.GetString() ?? ""), StringComparer.Ordinal);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputException($"{index} is not a usable index of weight files ({error.Message.TrimEnd('.')}); fetch it again.", error);
        }

        foreach (var name in names)
        {
            if (name.Length == 0 || name != Path.GetFileName(name))
            {
                throw new InputException($"{index} names the weight file '{name}'; weight files must lie in the folder itself.");
            }

            if (!File.Exists(Path.Combine(folder, name)))
            {
                throw new InputException($"{index} names {name}, which is not in the folder; fetch the missing file.");
            }
        }

        return [.. names.Select(name => Path.Combine(folder, name))];
    }

    private static void Check(string folder, IReadOnlyList<WeightShape> wanted, Dictionary<string, Tensor> found)
    {
        foreach (var weight in wanted)
        {
            if (!found.TryGetValue(weight.Name, out var value))
            {
                throw new InputException($"{folder} has no weight {weight.Name}, which its config.json calls for; fetch or convert the model again.");
            }

            if (!value.shape.AsSpan().SequenceEqual(weight.Shape))
            {
                throw new InputException($"{folder}: {weight.Name} has the shape [{string.Join(", ", value.shape)}], config.json calls for [{string.Join(", ", weight.Shape)}].");
            }

            if (value.dtype is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64))
            {
                throw new InputException($"{folder}: {weight.Name} has the type {value.dtype}; weights are floating-point numbers.");
            }
        }

        var names = wanted.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        // Old Llama files carry the rotary frequencies, tied models sometimes the head.
        var extra = found.Keys.Where(name => !names.Contains(name) && !name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) && name != "lm_head.weight")
            .Order(StringComparer.Ordinal).FirstOrDefault();
        if (extra is not null)
        {
            throw new InputException($"{folder} holds {extra}, which a model of its config.json does not have; the two do not belong together.");
        }
    }

    private static TorchSharp.Modules.Parameter Take(Dictionary<string, Tensor> found, string name, bool trainable)
    {
        var value = found[name];
        if (value.dtype != ScalarType.Float32)
        {
            return LanguageModel.OwnParameter(value.to(ScalarType.Float32), trainable);
        }

        found.Remove(name);
        return LanguageModel.OwnParameter(value, trainable);
    }
}
