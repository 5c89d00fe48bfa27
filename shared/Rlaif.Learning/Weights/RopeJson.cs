using System.Text.Json.Nodes;
using Rlaif.Learning.Models;
using Rlaif.Recipes;

namespace Rlaif.Learning.Weights;

/// <summary>Rotary settings of config.json: <c>rope_parameters</c> (transformers 5), or <c>rope_theta</c> and <c>rope_scaling</c> (4),
/// whose kind is under <c>rope_type</c> or, in old files, <c>type</c>.</summary>
internal static class RopeJson
{
    public static RopeScaling? Read(JsonFields file, out double theta)
    {
        var fields = file.Object("rope_parameters") ?? file.Object("rope_scaling");
        theta = fields?.Number("rope_theta") ?? file.Number("rope_theta") ?? 10_000;
        var kind = fields?.Text("rope_type") ?? fields?.Text("type") ?? "default";
        if (fields is null || kind == "default")
        {
            return null;
        }

        if (kind is not ("linear" or "llama3" or "yarn"))
        {
            throw new InputException($"{file.Path} has the rope type {kind}; supported are default, linear, llama3 and yarn.");
        }

        var scaling = new RopeScaling { Kind = kind, Factor = fields.Number("factor") ?? throw fields.Missing("factor") };
        return kind == "linear" ? scaling : scaling with
        {
            OriginalMaxPositions = fields.SizeOr("original_max_position_embeddings", file.Size("max_position_embeddings")),
            LowFrequencyFactor = fields.Number("low_freq_factor") ?? scaling.LowFrequencyFactor,
            HighFrequencyFactor = fields.Number("high_freq_factor") ?? scaling.HighFrequencyFactor,
            AttentionFactor = fields.Number("attention_factor"),
            BetaFast = fields.Number("beta_fast") ?? scaling.BetaFast,
            BetaSlow = fields.Number("beta_slow") ?? scaling.BetaSlow,
        };
    }

    public static JsonObject? Write(RopeScaling? scaling) => scaling switch
    {
        null => null,
        { Kind: "linear" } => new() { ["rope_type"] = "linear", ["factor"] = scaling.Factor },
        { Kind: "llama3" } => new()
        {
            ["rope_type"] = "llama3",
            ["factor"] = scaling.Factor,
            ["low_freq_factor"] = scaling.LowFrequencyFactor,
            ["high_freq_factor"] = scaling.HighFrequencyFactor,
            ["original_max_position_embeddings"] = scaling.OriginalMaxPositions,
        },
        { Kind: "yarn" } => Yarn(scaling),
        _ => throw new InputException($"Rotary factors of the kind {scaling.Kind} cannot be written to a config.json; start from the Hugging Face folder of this model."),
    };

    private static JsonObject Yarn(RopeScaling scaling)
    {
        JsonObject json = new()
        {
            ["rope_type"] = "yarn",
            ["factor"] = scaling.Factor,
            ["original_max_position_embeddings"] = scaling.OriginalMaxPositions,
            ["beta_fast"] = scaling.BetaFast,
            ["beta_slow"] = scaling.BetaSlow,
        };
        if (scaling.AttentionFactor is { } attention)
        {
            json["attention_factor"] = attention;
        }

        return json;
    }
}
