using System.Text.Json;
using System.Text.Json.Nodes;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Adapters;

/// <summary>adapter_config.json as PEFT writes it. What is not understood is refused: it might change the result.</summary>
internal static class AdapterConfigJson
{
    public const string FileName = "adapter_config.json";

    // What it was trained with, and where: nothing of it changes what the adapter computes.
    private static readonly string[] OfNoEffect =
    [
        "auto_mapping", "base_model_name_or_path", "eva_config", "inference_mode", "loftq_config", "lora_dropout", "megatron_core", "peft_version",
        "qalora_group_size", "revision", "task_type",
    ];

    private static readonly string[] Understood =
    [
        "alpha_pattern", "bias", "exclude_modules", "init_lora_weights", "layers_to_transform", "lora_alpha", "modules_to_save", "peft_type", "r",
        "rank_pattern", "target_modules", "use_dora", "use_rslora",
    ];

    // Ways to begin that leave the base's weights alone. PiSSA, OLoRA, CorDA and LoftQ change them, and the file does not hold how.
    private static readonly string[] Beginnings = ["gaussian", "orthogonal", "eva"];

    /// <returns>Targets are null where the file names none, which some servers' exports do: its tensors do.</returns>
    /// <exception cref="InputException">It is missing, malformed, or asks for something that is not supported.</exception>
    public static (AdapterConfig Config, bool NamesTargets) Read(string folder)
    {
        var file = JsonFields.Read(Path.Combine(folder, AdapterConfigJson.FileName));
        Refuse(file);
        var targets = Modules(file, "target_modules");
        return (new()
        {
            Rank = file.Size("r"),
            Alpha = file.Number("lora_alpha") ?? throw file.Missing("lora_alpha"),
            RankStabilised = file.Flag("use_rslora") == true,
            Dora = file.Flag("use_dora") == true,
            Targets = targets is { Pattern: "all-linear" } ? null : targets,
            Excluded = Modules(file, "exclude_modules"),
            Layers = file.Integers("layers_to_transform"),
            Ranks = file.Numbers("rank_pattern"),
            Alphas = file.Numbers("alpha_pattern"),
            Saved = file.Texts("modules_to_save"),
        }, targets is not null);
    }

    /// <param name="all">Names of all projections, for a configuration that names none: some readers know lists only.</param>
    public static void Write(string folder, AdapterConfig config, IEnumerable<string> all, string task)
    {
        var json = new JsonObject
        {
            ["alpha_pattern"] = Patterns(config.Alphas),
            ["base_model_name_or_path"] = null,         // a path would make other bytes of the same training
            ["bias"] = "none",
            ["exclude_modules"] = Modules(config.Excluded),
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["layers_to_transform"] = config.Layers.Count == 0 ? null : new JsonArray([.. config.Layers.Select(layer => JsonValue.Create(layer))]),
            ["lora_alpha"] = config.Alpha,
            ["lora_dropout"] = 0.0,
            ["modules_to_save"] = config.Saved.Count == 0 ? null : List(config.Saved),
            ["peft_type"] = "LORA",
            ["r"] = config.Rank,
            ["rank_pattern"] = Patterns(config.Ranks),
            ["target_modules"] = Modules(config.Targets ?? new([.. all])),
            ["task_type"] = task,
            ["use_dora"] = config.Dora,
            ["use_rslora"] = config.RankStabilised,
        };
        DurableFile.Write(Path.Combine(folder, FileName), file =>
        {
            using var writer = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteTo(writer);
        });
    }

    private static JsonNode? Modules(ModuleNames? names) => names is null ? null : names.Pattern is { } pattern ? JsonValue.Create(pattern) : List(names.Ends);

    private static JsonObject Patterns(IReadOnlyDictionary<string, double> values) => new(values.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)JsonValue.Create(one.Value))));

    private static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];

    private static ModuleNames? Modules(JsonFields file, string name) => !file.Has(name) ? null
        : file.IsList(name) ? file.Texts(name) is { Count: > 0 } ends ? new(ends) : null
        : new([], file.Text(name));

    private static void Refuse(JsonFields file)
    {
        if (file.Text("peft_type") is var type && type != "LORA")
        {
            throw new InputException($"{file.Path} has peft_type {type ?? "nothing"}; adapters of type LORA can be read.");
        }

        if ((file.Text("bias") ?? "none") is var bias && bias != "none")
        {
            throw new InputException($"{file.Path} has bias {bias}; adapters that train biases are not supported.");
        }

        if (file.IsText("init_lora_weights") && file.Text("init_lora_weights") is { } beginning && !Beginnings.Contains(beginning, StringComparer.Ordinal))
        {
            throw new InputException(
                $"{file.Path} has init_lora_weights {beginning}, which changes the base model's weights too; convert the adapter to plain LoRA when it is saved (PEFT: path_initial_model_for_weight_conversion).");
        }

        if (file.Names.FirstOrDefault(name => !OfNoEffect.Contains(name, StringComparer.Ordinal) && !Understood.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            throw new InputException($"{file.Path} has {unknown}, which is not supported and may change what the adapter computes.");
        }
    }
}
