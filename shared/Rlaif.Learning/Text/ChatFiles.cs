using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Text;

/// <summary>What a model's files say about conversations.</summary>
/// <param name="Template">Jinja.</param>
/// <param name="Origin">The file it comes from, for messages.</param>
/// <param name="Tokens">Texts of <c>bos_token</c>, <c>eos_token</c> and <c>pad_token</c>; those that there are.</param>
/// <param name="EndIds">Ids that end a response.</param>
internal sealed record ChatSource(string Template, string Origin, IReadOnlyDictionary<string, string> Tokens, IReadOnlyList<int> EndIds)
{
    public static readonly string[] TokenNames = ["bos_token", "eos_token", "pad_token"];

    public static IReadOnlyDictionary<string, string> TokensOf(params IReadOnlyList<string?> texts) => TokenNames.Zip(texts)
        .Where(pair => pair.Second is not null)
        .ToDictionary(pair => pair.First, pair => pair.Second!, StringComparer.Ordinal);
}

/// <summary>Reads them from Hugging Face folders and GGUF files, and writes the former.</summary>
internal static class ChatFiles
{
    public const string TokenizerConfig = "tokenizer_config.json";
    public const string GenerationConfig = "generation_config.json";

    public static ChatSource ReadFolder(string folder)
    {
        var (config, map) = (ReadIfThere(folder, TokenizerConfig), ReadIfThere(folder, "special_tokens_map.json"));
        var file = Path.Combine(folder, "chat_template.jinja");
        var template = File.Exists(file) ? File.ReadAllText(file) : config is null ? null : Template(config);
        var ends = new[] { "config.json", GenerationConfig }.SelectMany(name => ReadIfThere(folder, name)?.Tokens("eos_token_id") ?? []);
        return template is null ? throw NoTemplate(folder) : new(
            template,
            File.Exists(file) ? file : config!.Path,
            ChatSource.TokensOf([.. ChatSource.TokenNames.Select(name => config?.TokenText(name) ?? map?.TokenText(name))]),
            [.. ends.Distinct()]);
    }

    public static ChatSource ReadGguf(GgufFile model, Tokenizer tokenizer)
    {
        var metadata = model.Metadata;
        int? Id(string name) => metadata.Has($"tokenizer.ggml.{name}_token_id") ? (int)metadata.Integer($"tokenizer.ggml.{name}_token_id") : null;
        string? Text(string name) => Id(name) is { } id ? tokenizer.Decode([id], skipSpecials: false) : null;
        return new(
            metadata.Has("tokenizer.chat_template") ? metadata.Text("tokenizer.chat_template") : throw NoTemplate(model.Path),
            model.Path,
            ChatSource.TokensOf(Text("bos"), Text("eos"), Text("padding")),
            [.. new[] { Id("eos"), Id("eot") }.OfType<int>().Distinct()]);
    }

    public static void Write(string folder, ChatSource source, IReadOnlyList<int> endIds, int? bosId, int padId)
    {
        var tokenizer = new JsonObject { ["tokenizer_class"] = "PreTrainedTokenizerFast", ["clean_up_tokenization_spaces"] = false };
        foreach (var name in ChatSource.TokenNames.Where(source.Tokens.ContainsKey))
        {
            tokenizer[name] = source.Tokens[name];
        }

        tokenizer["chat_template"] = source.Template;
        Write(folder, TokenizerConfig, tokenizer);
        Write(folder, GenerationConfig, new JsonObject
        {
            ["bos_token_id"] = bosId,
            ["eos_token_id"] = new JsonArray([.. endIds.Select(id => JsonValue.Create(id))]),
            ["pad_token_id"] = padId,
        });
    }

    // One text, or several with names.
    private static string? Template(JsonFields config) => config.Objects("chat_template") is { Count: > 0 } named
        ? (named.FirstOrDefault(template => template.Text("name") == "default")
            ?? throw new InputException($"{config.Path} has several chat templates and none of them is named default.")).Text("template")
        : config.Text("chat_template");

    private static JsonFields? ReadIfThere(string folder, string name) =>
        File.Exists(Path.Combine(folder, name)) ? JsonFields.Read(Path.Combine(folder, name)) : null;

    private static void Write(string folder, string name, JsonObject json) => DurableFile.Write(Path.Combine(folder, name), file =>
    {
        // Not for a web page: <|end|> stays readable.
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using var writer = new Utf8JsonWriter(file, options);
        json.WriteTo(writer);
    });

    private static InputException NoTemplate(string model) => new(
        $"{model} has no chat template, so it cannot be talked to; take the instruction-tuned variant, or a folder with a chat_template.jinja.");
}
