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
    private readonly RotaryTable rotary;

    /// <summary>Takes over the weights, which must be those of <see cref="WeightShape.Of"/> in that order.</summary>
    internal LanguageModel(ModelConfig config, IReadOnlyList<NamedWeight> weights)
    {
        Config = config;
        Weights = weights;
        byName = weights.ToDictionary(w => w.Name, w => w.Value, StringComparer.Ordinal);
        layers = [.. Enumerable.Range(0, config.Layers).Select(i => new DecoderLayer(config, i, byName.GetValueOrDefault))];
        rotary = new RotaryTable(config);
    }

    /// <summary>The shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>Every weight under its Hugging Face name, ordinal by name (the order of the file). Tied weights appear once.</summary>
    public IReadOnlyList<NamedWeight> Weights { get; }

    internal IReadOnlyList<DecoderLayer> Layers => layers;

    internal Parameter Embedding => byName["model.embed_tokens.weight"];

    internal Parameter FinalNorm => byName["model.norm.weight"];

    internal Parameter Head => byName.GetValueOrDefault("lm_head.weight") ?? Embedding;

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
        return Hidden(ids, cosines, sines, mask: null).MoveToOuterDisposeScope();
    }

    /// <summary>The same with tables that broadcast over [batch, heads, time, width / 2].</summary>
    /// <param name="mask">As for <see cref="DecoderLayer.Masked"/>; null: causal.</param>
    internal Tensor Hidden(Tensor ids, Tensor cosines, Tensor sines, Tensor? mask)
    {
        var isRecomputed = Recomputes && is_grad_enabled();
        return Hidden(ids, (layer, x) => isRecomputed
            ? RecomputedLayer.Of(layers[layer], x, cosines, sines, mask) : layers[layer].Forward(x, cosines, sines, mask));
    }

    /// <summary>The same with an attention for each layer.</summary>
    internal Tensor Hidden(Tensor ids, Tensor cosines, Tensor sines, Func<int, Attention> attention) =>
        Hidden(ids, (layer, x) => layers[layer].Forward(x, cosines, sines, attention(layer)));

    private Tensor Hidden(Tensor ids, Func<int, Tensor, Tensor> forward)
    {
        using var scope = NewDisposeScope();
        var x = Embedding.index_select(0, ids.reshape(-1)).view(ids.shape[0], ids.shape[1], Config.HiddenSize);
        for (var layer = 0; layer < layers.Length; layer++)
        {
            // Without a scope per layer every intermediate of every layer would live until the caller's scope ends.
            using var inner = NewDisposeScope();
            var next = forward(layer, x).MoveToOuterDisposeScope();
            x.Dispose();
            x = next;
        }

        return DecoderLayer.RmsNorm(x, FinalNorm, Config).MoveToOuterDisposeScope();
    }

    /// <summary>Scores of the next token: [.., hidden] to [.., vocabulary].</summary>
    public Tensor Logits(Tensor hidden) => MatrixProduct.Linear(hidden, Head);

    /// <summary>The same model with its own copy of the weights.</summary>
    public LanguageModel Clone(bool trainable)
    {
        using var noGradient = no_grad();
        return new(Config, [.. Weights.Select(w => new NamedWeight(w.Name, OwnParameter(w.Value.detach().clone(), trainable)))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var weight in Weights)
        {
            weight.Value.Dispose();
        }

        rotary.Dispose();
    }

    // Takes over the values; it must outlive the scope that they were made in.
    internal static Parameter OwnParameter(Tensor values, bool trainable) =>
        (Parameter)new Parameter(TensorDevice.Moved(values), trainable).DetachFromDisposeScope();
}
