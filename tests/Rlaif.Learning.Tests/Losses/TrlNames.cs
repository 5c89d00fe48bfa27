using System.Text.Json;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Losses;

/// <summary>TRL's words for what a recipe says.</summary>
internal static class TrlNames
{
    private static readonly Dictionary<string, string> Losses = new(StringComparer.Ordinal)
    {
        ["sigmoid"] = "sigmoid", ["cdpo"] = "sigmoid", ["soft"] = "sigmoid", ["sigmoid_norm"] = "sigmoidPerToken", ["robust"] = "robust", ["hinge"] = "hinge",
        ["ipo"] = "ipo", ["ipo_unnormalised"] = "ipoPerSequence", ["exo_pair"] = "exo", ["nca_pair"] = "nca", ["bco_pair"] = "bco", ["sppo_hard"] = "sppo",
        ["aot"] = "aot", ["aot_unpaired"] = "aotUnpaired", ["apo_zero"] = "apoZero", ["apo_down"] = "apoDown", ["discopop"] = "discopop",
    };

    private static readonly Dictionary<string, string> Likelihoods = new(StringComparer.Ordinal) { ["sft"] = "sft", ["sft_per_sequence"] = "sftPerSequence" };

    private static readonly Dictionary<string, string> KtoLosses = new(StringComparer.Ordinal) { ["kto"] = "kto", ["apo_zero_unpaired"] = "apoZero" };

    private static readonly Dictionary<string, string> Divergences = new(StringComparer.Ordinal)
    {
        ["reverse_kl"] = "reverseKl", ["forward_kl"] = "forwardKl", ["js_divergence"] = "jensenShannon", ["alpha_divergence"] = "alpha",
    };

    /// <param name="loss">TRL's loss type.</param>
    /// <param name="settings">TRL's settings.</param>
    public static VariantRecipe Variant(string loss, JsonElement settings)
    {
        double Number(string key, double usual) => settings.TryGetProperty(key, out var value) ? value.GetDouble() : usual;
        var usual = new VariantRecipe();
        var divergence = settings.TryGetProperty("f_divergence", out var named) || settings.TryGetProperty("f_divergence_type", out named) ? named.GetString()! : "reverse_kl";
        return new()
        {
            Loss = Losses[loss], Divergence = Divergences[divergence], LabelSmoothing = Number("label_smoothing", 0), Alpha = Number("f_alpha", usual.Alpha),
            DiscopopTemperature = Number("discopop_tau", usual.DiscopopTemperature),
            LdAlpha = settings.TryGetProperty("ld_alpha", out var alpha) && alpha.ValueKind == JsonValueKind.Number ? alpha.GetDouble() : null,
            Wpo = settings.TryGetProperty("use_weighting", out var weighs) && weighs.GetBoolean(),
        };
    }

    /// <param name="loss">TRL's loss type.</param>
    /// <param name="settings">TRL's settings.</param>
    /// <param name="ending">Of the names of the weights.</param>
    public static KtoRecipe Kto(string loss, JsonElement settings, string ending = "") => new()
    {
        Loss = KtoLosses[loss], Beta = settings.GetProperty("beta").GetDouble(), DesirableWeight = settings.GetProperty("desirable" + ending).GetDouble(),
        UndesirableWeight = settings.GetProperty("undesirable" + ending).GetDouble(),
    };

    /// <param name="losses">TRL's loss types with their weights; one alone with weight 1 is no mixture.</param>
    /// <param name="settings">TRL's settings.</param>
    public static VariantRecipe Mixture(IReadOnlyList<(string Loss, double Weight)> losses, JsonElement settings) =>
        losses is [(not ("sft" or "sft_per_sequence"), 1)] ? Variant(losses[0].Loss, settings) : Variant("sigmoid", settings) with
        {
            Mixture = losses.ToDictionary(one => Likelihoods.GetValueOrDefault(one.Loss) ?? Losses[one.Loss], one => one.Weight, StringComparer.Ordinal),
        };
}
