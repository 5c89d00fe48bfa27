using System.Text.Json;
using System.Text.Json.Nodes;
using Rlaif.Learning.Models;
using Rlaif.Recipes;

namespace Rlaif.Learning.Weights;

/// <summary>config.json of a Hugging Face folder, in the layouts of transformers 4 (<c>rope_theta</c>, <c>rope_scaling</c>) and 5
/// (<c>rope_parameters</c>); written in the former, which both read.</summary>
internal static class ConfigJson
{
    public const string LanguageModelSuffix = "ForCausalLM";
    public const string RewardModelSuffix = "ForSequenceClassification";

    private static readonly (string Type, string Class)[] Families = [("llama", "Llama"), ("mistral", "Mistral"), ("qwen2", "Qwen2"), ("qwen3", "Qwen3")];

    public static ModelConfig Read(string folder, string suffix)
    {
        var file = JsonFields.Read(Path.Combine(folder, "config.json"));
        var type = file.Text("model_type") ?? throw file.Missing("model_type");
        var family = Array.Find(Families, f => f.Type == type);
        var named = file.Texts("architectures") is [var first, ..] ? first : family.Class + suffix;
        if (family.Type is null || named != family.Class + suffix)
        {
            throw new InputException($"{file.Path} describes a {named} of type {type}; supported are {string.Join(", ", Families.Select(f => f.Class + suffix))}.");
        }

        Refuse(file, type);
        var heads = file.Size("num_attention_heads");
        var hidden = file.Size("hidden_size");
        var scaling = RopeJson.Read(file, out var theta);
        var config = new ModelConfig
        {
            Architecture = type,
            HiddenSize = hidden,
            Layers = file.Size("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = file.SizeOr("num_key_value_heads", heads),
            HeadDim = file.SizeOr("head_dim", hidden / heads),
            FeedForward = file.Size("intermediate_size"),
            Vocabulary = file.Size("vocab_size"),
            MaxPositions = file.Size("max_position_embeddings"),
            RopeTheta = theta,
            RopeScaling = scaling,
            NormEpsilon = file.Number("rms_norm_eps") ?? throw file.Missing("rms_norm_eps"),
            TiedEmbeddings = suffix == RewardModelSuffix || (file.Flag("tie_word_embeddings") ?? false),
            AttentionBias = type == "qwen2" || (file.Flag("attention_bias") ?? false),
            QueryKeyNorm = type == "qwen3",
            BosTokenId = file.Tokens("bos_token_id").Select(id => (int?)id).FirstOrDefault(),
            EosTokenIds = [.. file.Tokens("eos_token_id").Concat(GenerationEos(folder)).Distinct()],
            PadTokenId = file.Tokens("pad_token_id").Select(id => (int?)id).FirstOrDefault(),
        };
        return HeadShape.Checked(config, file.Path);
    }

    public static bool IsRewardModel(string path) => Directory.Exists(path)
        && JsonFields.Read(Path.Combine(path, "config.json")).Texts("architectures") is [var first, ..] && first.EndsWith(RewardModelSuffix, StringComparison.Ordinal);

    /// <summary>The scale of a reward model; null when it has none.</summary>
    public static RewardStatistics? ReadScale(string folder)
    {
        var file = JsonFields.Read(Path.Combine(folder, "config.json"));
        return (file.Number("mean"), file.Number("std")) switch
        {
            (null, null) => null,
            ({ } mean, > 0 and { } deviation) => new(mean, deviation),
            var (mean, deviation) => throw new InputException(
                $"{file.Path} has the mean {(object?)mean ?? "nothing"} and the std {(object?)deviation ?? "nothing"} of rewards; a scale is both, with a std above 0."),
        };
    }

    public static void Write(string folder, ModelConfig config, string suffix, RewardStatistics? scale = null)
    {
        var family = Array.Find(Families, f => f.Type == config.Architecture).Class;
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(family + suffix),
            ["model_type"] = config.Architecture,
            ["hidden_size"] = config.HiddenSize,
            ["num_hidden_layers"] = config.Layers,
            ["num_attention_heads"] = config.Heads,
            ["num_key_value_heads"] = config.KeyValueHeads,
            ["head_dim"] = config.HeadDim,
            ["intermediate_size"] = config.FeedForward,
            ["vocab_size"] = config.Vocabulary,
            ["max_position_embeddings"] = config.MaxPositions,
            ["hidden_act"] = "silu",
            ["rms_norm_eps"] = config.NormEpsilon,
            ["rope_theta"] = config.RopeTheta,
            ["rope_scaling"] = RopeJson.Write(config.RopeScaling),
            ["attention_bias"] = config.AttentionBias,
            ["mlp_bias"] = false,
            ["tie_word_embeddings"] = config.TiedEmbeddings,
            ["bos_token_id"] = config.BosTokenId,
            ["eos_token_id"] = config.EosTokenIds.Count == 1 ? config.EosTokenIds[0] : new JsonArray([.. config.EosTokenIds.Select(id => JsonValue.Create(id))]),
            ["pad_token_id"] = config.PadTokenId,
            ["torch_dtype"] = "float32",
        };
        if (suffix == RewardModelSuffix)
        {
            // One label: without these transformers assumes two.
            json["id2label"] = new JsonObject { ["0"] = "LABEL_0" };
            json["label2id"] = new JsonObject { ["LABEL_0"] = 0 };
        }

        if (scale is not null)
        {
            (json["mean"], json["std"]) = (scale.Mean, scale.Deviation);
        }

        DurableFile.Write(Path.Combine(folder, "config.json"), file =>
        {
            using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteTo(writer);
        });
    }

    private static void Refuse(JsonFields file, string type)
    {
        if (file.Has("quantization_config"))
        {
            throw new InputException($"{file.Path} has a quantization_config; quantised folders are not supported, use the original weights or a GGUF file.");
        }

        if ((file.Text("hidden_act") ?? "silu") is var activation && activation != "silu")
        {
            throw new InputException($"{file.Path} has hidden_act {activation}; supported is silu.");
        }

        if (file.Flag("mlp_bias") == true || (type is "llama" or "qwen3" && file.Flag("attention_bias") == true))
        {
            throw new InputException($"{file.Path} has attention_bias or mlp_bias; models with biases are not supported but for Qwen2.");
        }

        // Qwen's files name a window that use_sliding_window switches off.
        var windowed = type is "qwen2" or "qwen3" ? file.Flag("use_sliding_window") == true : file.Number("sliding_window") is not null;
        if (windowed)
        {
            throw new InputException($"{file.Path} has a sliding window; models with one are not supported.");
        }
    }

    private static IEnumerable<int> GenerationEos(string folder)
    {
        var path = Path.Combine(folder, "generation_config.json");
        return File.Exists(path) ? JsonFields.Read(path).Tokens("eos_token_id") : [];
    }
}
