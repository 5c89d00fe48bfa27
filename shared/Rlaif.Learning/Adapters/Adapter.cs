using Rlaif.Learning.Models;

namespace Rlaif.Learning.Adapters;

/// <summary>Low-rank pairs for projections of a model, and weights that take the place of others.</summary>
/// <param name="Config">What it was made by.</param>
/// <param name="Pairs">By module, for example <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Saved">Under the names of the weights that they replace.</param>
internal sealed record Adapter(AdapterConfig Config, IReadOnlyDictionary<string, LowRank> Pairs, IReadOnlyList<NamedWeight> Saved)
{
    /// <summary>Where PEFT's names begin, before the module.</summary>
    public const string Prefix = "base_model.model.";

    public const string Down = ".lora_A.weight", Up = ".lora_B.weight", Magnitude = ".lora_magnitude_vector";

    /// <summary>All tensors under PEFT's names, ordinal by name; the parameters themselves.</summary>
    public IReadOnlyList<NamedWeight> Weights { get; } =
    [
        .. Pairs.SelectMany(pair => new NamedWeight?[]
            {
                new(Prefix + pair.Key + Down, pair.Value.Down), new(Prefix + pair.Key + Up, pair.Value.Up),
                pair.Value.Magnitude is { } magnitude ? new(Prefix + pair.Key + Magnitude, magnitude) : null,
            }).OfType<NamedWeight>().Concat(Saved.Select(w => w with { Name = Prefix + w.Name })).OrderBy(w => w.Name, StringComparer.Ordinal),
    ];

    /// <summary>The pair of a weight, by its name.</summary>
    public LowRank? PairOf(string weight) =>
        weight.EndsWith(".weight", StringComparison.Ordinal) ? Pairs.GetValueOrDefault(weight[..^".weight".Length]) : null;
}
