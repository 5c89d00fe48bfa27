using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Adapters;

/// <summary>The tensors of an adapter's file, put onto a model: each must have its place, and each place its tensors. PEFT loads what it finds and says
/// nothing of the rest.</summary>
internal sealed class AdapterTensors(string folder, IReadOnlyList<NamedTensor> tensors)
{
    private const string Ending = ".weight", Embedding = "model.embed_tokens";

    private readonly Dictionary<string, Tensor> left = tensors.ToDictionary(t => t.Name, t => t.Value, StringComparer.Ordinal);

    /// <summary>Modules that have a pair here.</summary>
    public IReadOnlyList<string> Modules { get; } =
    [
        .. tensors.Where(t => t.Name.StartsWith(Adapter.Prefix, StringComparison.Ordinal) && t.Name.EndsWith(Adapter.Down, StringComparison.Ordinal))
            .Select(t => t.Name[Adapter.Prefix.Length..^Adapter.Down.Length]),
    ];

    /// <summary>The adapter on a model of these weights; its tensors are f32, not trainable, and its own.</summary>
    /// <exception cref="InputException">They do not belong together.</exception>
    public Adapter Fit(AdapterConfig config, IReadOnlyList<NamedWeight> weights, bool tied)
    {
        using var guard = no_grad();
        var pairs = new Dictionary<string, LowRank>(StringComparer.Ordinal);
        var saved = new List<NamedWeight>();
        foreach (var (name, value) in weights)
        {
            var module = name[..name.LastIndexOf('.')];
            if (config.IsSaved(module))
            {
                saved.Add(new(name, Take(name, value.shape)));
            }
            else if (name.EndsWith(Ending, StringComparison.Ordinal) && config.IsTarget(module))
            {
                pairs.Add(module, Pair(config, module, value));
            }
        }

        if (left.Keys.Order(StringComparer.Ordinal).FirstOrDefault() is { } unused)
        {
            throw new InputException(
                $"{folder} holds {unused}, which its adapter_config.json does not call for on this model; adapter and model do not belong together.");
        }

        if (pairs.Count == 0 && saved.Count == 0)
        {
            throw new InputException($"{folder} changes nothing of this model: no module has a name that its target_modules ask for; it is for another architecture.");
        }

        return tied && saved.Any(w => w.Name == Embedding + Ending) ? throw new InputException(
            $"{folder} replaces {Embedding}, which is the head of this model too; adapters that take the two apart are not supported.") : new(config, pairs, saved);
    }

    private LowRank Pair(AdapterConfig config, string module, Parameter weight)
    {
        if (weight.dim() != 2 || module == Embedding)
        {
            throw new InputException($"{folder} targets {module}, which is no projection; pairs on other modules are not supported.");
        }

        var (rank, outputs, inputs) = (config.RankOf(module), weight.shape[0], weight.shape[1]);
        return new(
            Take(module + Adapter.Down, rank, inputs), Take(module + Adapter.Up, outputs, rank),
            config.Dora ? Take(module + Adapter.Magnitude, outputs) : null, config.ScaleOf(module));
    }

    private Parameter Take(string name, params long[] shape)
    {
        var full = Adapter.Prefix + name;
        if (!left.Remove(full, out var value))
        {
            throw new InputException($"{folder} has no {full}, which its adapter_config.json calls for on this model; fetch the adapter again, or take the model that it was trained on.");
        }

        if (!value.shape.AsSpan().SequenceEqual(shape))
        {
            throw new InputException(
                $"{folder}: {full} has the shape [{string.Join(", ", value.shape)}], this model and adapter_config.json call for [{string.Join(", ", shape)}]; the adapter belongs to another model.");
        }

        return value.is_floating_point() ? LanguageModel.OwnParameter(value.to(float32, copy: true), trainable: false)
            : throw new InputException($"{folder}: {full} has the type {value.dtype}; an adapter's tensors are floating-point numbers.");
    }
}
