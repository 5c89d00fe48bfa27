using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rlaif.Recipes;

namespace Rlaif.Learning.Text;

/// <summary>What tokenizer.json says, as far as encoding and decoding need it. Truncation, padding and post-processor are a trainer's
/// leftovers or the chat template's business.</summary>
internal sealed record TokenizerFile
{
    private static readonly JsonSerializerOptions Layout = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // Two tokens of one text: readers would disagree on which id is meant.
        AllowDuplicateProperties = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new MergeConverter() },
    };

    public string Version { get; init; } = "1.0";

    public IReadOnlyList<AddedToken>? AddedTokens { get; init; }

    public TokenizerStep? Normalizer { get; init; }

    public TokenizerStep? PreTokenizer { get; init; }

    public TokenizerStep? Decoder { get; init; }

    public TokenizerModel? Model { get; init; }

    /// <exception cref="InputException">No such JSON.</exception>
    public static TokenizerFile Parse(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<TokenizerFile>(json, Layout) ?? throw new JsonException();
        }
        catch (JsonException error)
        {
            var place = error.Path is { Length: > 2 } field ? $"at {field.Replace("$.", "", StringComparison.Ordinal)} " : "";
            throw new InputException($"{path} is not a usable tokenizer.json: what stands {place}on line {error.LineNumber + 1}, " +
                $"byte {error.BytePositionInLine + 1} is malformed or twice there; fetch or convert it again.", error);
        }
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Layout);
}

/// <summary>A token with a text of its own that is found before any merging.</summary>
/// <param name="SingleWord">Not inside a word.</param>
/// <param name="Lstrip">Takes the white space before it.</param>
/// <param name="Rstrip">Takes the white space after it.</param>
/// <param name="Normalized">Found in the normalized text.</param>
/// <param name="Special">A mark of the format, such as the end of a turn: never found in untrusted text.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool Lstrip, bool Rstrip, bool Normalized, bool Special);

/// <summary>A normalizer, pre-tokenizer or decoder: its type and those of its fields that byte-level tokenizers use.</summary>
internal sealed record TokenizerStep
{
    public string? Type { get; init; }

    public IReadOnlyList<TokenizerStep>? Normalizers { get; init; }

    public IReadOnlyList<TokenizerStep>? Pretokenizers { get; init; }

    public TokenizerPattern? Pattern { get; init; }

    public string? Behavior { get; init; }

    public bool? Invert { get; init; }

    public bool? IndividualDigits { get; init; }

    public bool? AddPrefixSpace { get; init; }

    public bool? TrimOffsets { get; init; }

    public bool? UseRegex { get; init; }

    public static TokenizerStep ByteLevel(bool prefixSpace, bool useRegex) =>
        new() { Type = "ByteLevel", AddPrefixSpace = prefixSpace, TrimOffsets = true, UseRegex = useRegex };

    public static TokenizerStep Sequence(params TokenizerStep[] steps) => new() { Type = "Sequence", Pretokenizers = steps };

    public static TokenizerStep Split(string regex) =>
        new() { Type = "Split", Pattern = new() { Regex = regex }, Behavior = "Isolated", Invert = false };
}

/// <summary>What a Split looks for: one of the two.</summary>
internal sealed record TokenizerPattern
{
    [JsonPropertyName("Regex")]
    public string? Regex { get; init; }

    [JsonPropertyName("String")]
    public string? Literal { get; init; }
}

/// <summary>The vocabulary and its merges in order of rank.</summary>
internal sealed record TokenizerModel
{
    public string? Type { get; init; } = "BPE";

    public double? Dropout { get; init; }

    public string? ContinuingSubwordPrefix { get; init; }

    public string? EndOfWordSuffix { get; init; }

    public bool ByteFallback { get; init; }

    public bool IgnoreMerges { get; init; }

    public OrderedDictionary<string, int>? Vocab { get; init; }

    public IReadOnlyList<Merge>? Merges { get; init; }
}

/// <summary>Two neighbouring tokens that become one.</summary>
internal readonly record struct Merge(string Left, string Right)
{
    /// <summary>From <c>"left right"</c>: no token of a byte-level vocabulary holds a space.</summary>
    public static Merge? Parse(string text) => text.Split(' ') is [{ Length: > 0 } left, { Length: > 0 } right] ? new(left, right) : null;
}

/// <summary>Merges are <c>"left right"</c> in older files and <c>["left", "right"]</c> in newer ones; written in the newer way.</summary>
internal sealed class MergeConverter : JsonConverter<Merge>
{
    public override Merge Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return Merge.Parse(reader.GetString()!) ?? throw new JsonException();
        }

        return JsonSerializer.Deserialize<string[]>(ref reader, options) is [{ } left, { } right] ? new(left, right) : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, Merge value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(value.Left);
        writer.WriteStringValue(value.Right);
        writer.WriteEndArray();
    }
}
