using Rlaif.Learning.Adapters;
using Rlaif.Learning.Native;
using Rlaif.Recipes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Rlaif.Learning.Models;

/// <summary>A Llama-family decoder in f32 on the device that was current when it was made. All calls are made on the torch thread
/// (<see cref="TorchThread"/>).</summary>
public sealed class LanguageModel : IDisposable
{
    private readonly Dictionary<string, Parameter> byName;
    private readonly DecoderLayer[] layers;
    private readonly Projection head;
    private readonly RotaryTable rotary;
    private readonly IReadOnlyList<IDisposable> owned;

    /// <summary>Takes over the weights, which must be those of <see cref="WeightShape.Of"/> in that order.</summary>
    internal LanguageModel(ModelConfig config, IReadOnlyList<NamedWeight> weights)
        : this(config, weights, adapter: null, new RotaryTable(config), [])
    {
        owned = [.. weights.Select(w => w.Value), rotary];
    }

    private LanguageModel(
        ModelConfig config, IReadOnlyList<NamedWeight> weights, Adapter? adapter, RotaryTable rotary, IReadOnlyList<IDisposable> owned)
    {
        (Config, Weights, Adapter, this.rotary, this.owned) = (config, weights, adapter, rotary, owned);
        byName = weights.ToDictionary(w => w.Name, w => w.Value, StringComparer.Ordinal);
        foreach (var (name, value) in adapter?.Saved ?? [])
        {
            byName[name] = value;
        }

        LowRank? Pair(string module) => adapter?.Pairs.GetValueOrDefault(module);
        layers = [.. Enumerable.Range(0, config.Layers).Select(i => new DecoderLayer(config, i, byName.GetValueOrDefault, Pair))];
        head = new(byName.GetValueOrDefault("lm_head.weight") ?? Embedding, null, Pair("lm_head"));
    }

    /// <summary>The shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>Every weight under its Hugging Face name, ordinal by name (the order of the file), as it is without an adapter. Tied weights appear
    /// once.</summary>
    public IReadOnlyList<NamedWeight> Weights { get; }

    /// <summary>What stands on the weights and changes what the model computes.</summary>
    internal Adapter? Adapter { get; }

    /// <summary>What a training changes: the adapter's weights where there is one, else all.</summary>
    internal IReadOnlyList<NamedWeight> Trained => Adapter?.Weights ?? Weights;

    internal IReadOnlyList<DecoderLayer> Layers => layers;

    internal Parameter Embedding => byName["model.embed_tokens.weight"];

    internal Parameter FinalNorm => byName["model.norm.weight"];

    internal RotaryTable Rotary => rotary;

    /// <summary>Whether layers are computed again for their gradients instead of kept.</summary>
    internal bool Recomputes { get; set; }

    /// <summary>A new model: weights N(0, 1/fan-in), residual outputs additionally divided by sqrt(2 · layers) (GPT-2), embedding
    /// N(0, 0.02²), norms 1. The same seed gives the same bytes on every machine.</summary>
    public static LanguageModel Create(ModelConfig config, ulong seed, bool trainable) =>
        new(config, InitialWeights.Of(config, seed, trainable));

    /// <summary>The last hidden states, after the final norm.</summary>
    /// <param name="ids">[batch, time] int64, right padded; a token sees itself and those before it, so padding changes nothing.</param>
    /// <returns>[batch, time, hidden]; carries gradients when the model is trainable.</returns>
    /// <exception cref="InputException">A row is longer than the model's positions.</exception>
    public Tensor Hidden(Tensor ids)
    {
        var time = ids.shape[1];
        if (time > Config.MaxPositions)
        {
            throw new InputException($"A text of {time} tokens was given to a model that has {Config.MaxPositions} positions; shorten it.");
        }

        using var scope = NewDisposeScope();
        var (cosines, sines) = rotary.Upto(time);
        return Hidden(ids, cosines, sines, _ => DecoderLayer.Causal).MoveToOuterDisposeScope();
    }

    /// <summary>The same with an attention for each layer, and tables that broadcast over [batch, heads, time, width / 2].</summary>
    internal Tensor Hidden(Tensor ids, Tensor cosines, Tensor sines, Func<int, Attention> attention)
    {
        var isRecomputed = Recomputes && is_grad_enabled();
        using var scope = NewDisposeScope();
        Fingerprints.Current?.Add("ids", ids);
        Fingerprints.Current?.Add("tables", cosines, sines);
        var x = EmbeddedTokens.Of(Embedding, ids);
        for (var layer = 0; layer < layers.Length; layer++)
        {
            // Without a scope per layer every intermediate of every layer would live until the caller's scope ends.
            using var inner = NewDisposeScope();
            var next = (isRecomputed
                ? RecomputedLayer.Of(layers[layer], x, cosines, sines, attention(layer))
                : layers[layer].Forward(x, cosines, sines, attention(layer))).MoveToOuterDisposeScope();
            x.Dispose();
            x = next;
            Fingerprints.Current?.Add($"layer_{layer}", x);
        }

        return RmsNorm.Of(x, FinalNorm, Config.NormEpsilon).MoveToOuterDisposeScope();
    }

    /// <summary>log p of given tokens [rows] from the states [rows, hidden] that predict them, as <see cref="ChunkedLogProbs.Of"/> has it.</summary>
    internal Tensor LogProbs(Tensor states, Tensor targets, double temperature = 1, ChunkedLogProbs.Limits? limits = null) =>
        ChunkedLogProbs.Of(head, states, targets, temperature, limits);

    /// <summary>Scores of the next token: [.., hidden] to [.., vocabulary].</summary>
    public Tensor Logits(Tensor hidden) => head.Of(hidden);

    /// <summary>These weights, which rest from now on, under an adapter. Takes over both: this model is not to be used any more.</summary>
    internal LanguageModel With(Adapter adapter)
    {
        foreach (var weight in Weights)
        {
            weight.Value.requires_grad = false;
        }

        return new(Config, Weights, adapter, rotary, [.. owned, .. adapter.Weights.Select(w => w.Value)]);
    }

    /// <summary>The model that the adapter stands on: the same tensors, not a copy, so the bits are those of a model that never had one. To be
    /// disposed of before this one.</summary>
    internal LanguageModel WithoutAdapter() => new(Config, Weights, adapter: null, rotary, []);

    /// <summary>A model without adapter that computes the same, up to rounding. Weights that the adapter leaves alone are the same tensors, so this one
    /// must live longer.</summary>
    internal LanguageModel Merged()
    {
        List<Parameter> made = [];
        Parameter Merged(NamedWeight weight)
        {
            if (Adapter?.PairOf(weight.Name) is not { } pair)
            {
                return byName[weight.Name];
            }

            made.Add(OwnParameter(pair.Merged(byName[weight.Name]), trainable: false));
            return made[^1];
        }

        return new(Config, [.. Weights.Select(w => w with { Value = Merged(w) })], adapter: null, rotary, made);
    }

    /// <summary>The same model with its own copy of the weights.</summary>
    public LanguageModel Clone(bool trainable)
    {
        using var noGradient = no_grad();
        using var merged = Merged();
        return new(Config, [.. merged.Weights.Select(w => new NamedWeight(w.Name, OwnParameter(w.Value.detach().clone(), trainable)))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in owned)
        {
            one.Dispose();
        }
    }

    // Takes over the values; it must outlive the scope that they were made in.
    internal static Parameter OwnParameter(Tensor values, bool trainable) =>
        (Parameter)new Parameter(TensorDevice.Moved(values), trainable).DetachFromDisposeScope();
}
