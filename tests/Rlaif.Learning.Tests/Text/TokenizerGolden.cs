using System.Text.Json;
using Rlaif.Learning.Text;
using Rlaif.Testing;

namespace Rlaif.Learning.Tests.Text;

/// <summary>A golden case, fields as in the fixture.</summary>
internal sealed record TokenizerCase(
    string Text, int[] Ids, int[]? IdsPlain, int[]? IdsNotSplit, string? Decoded, string? DecodedSkip, bool DecodeQuirk)
{
    public int[] Plain => IdsPlain ?? Ids;
}

/// <summary>A golden stream: what may be shown after each id.</summary>
internal sealed record TokenizerStream(int[] Ids, string[] Chunks, string Flush);

/// <summary>All golden results of one tokenizer.</summary>
internal sealed record TokenizerGolden(int VocabSize, TokenizerCase[] Cases, TokenizerStream[]? Streams)
{
    private const string Gguf = "models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q4_1.gguf";
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly Lazy<Tokenizer> SmolLm2Tokenizer = new(() => Tokenizer.Read(Fixtures.Shared(Gguf)));

    /// <summary>The real vocabulary, read once.</summary>
    public static Tokenizer SmolLm2 => SmolLm2Tokenizer.Value;

    public static string Folder(string family) => Fixtures.Path("tokenizers/" + family);

    public static Tokenizer Family(string family) => Tokenizer.Read(Folder(family));

    public static TokenizerGolden Of(string family) => Read(Path.Combine(Folder(family), "cases.json"));

    public static TokenizerGolden OfSmolLm2() => Read(Fixtures.Path("tokenizers/smollm2-cases.json"));

    private static TokenizerGolden Read(string path) => JsonSerializer.Deserialize<TokenizerGolden>(File.ReadAllText(path), Snake)!;
}
