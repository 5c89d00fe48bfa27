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
        };
    }
}
