using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Text;

namespace Rlaif.Generator.Endpoint;

/// <summary>A chat completion, or one chunk of it, in the shape of OpenAI's API.</summary>
internal sealed record ChatReply(string Id, string Object, long Created, string Model, IReadOnlyList<ReplyChoice> Choices)
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // JSON bodies, never HTML
    };

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReplyUsage? Usage { get; init; }
}

/// <summary>One choice: a whole message, or what a chunk adds to it.</summary>
internal sealed record ReplyChoice(int Index, ReplyLogProbs? Logprobs, string? FinishReason)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReplyMessage? Message { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ReplyMessage? Delta { get; init; }
}

/// <summary>A message or a part of one.</summary>
internal sealed record ReplyMessage(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Role,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Content);

/// <summary>Tokens that were read and written.</summary>
internal sealed record ReplyUsage(int PromptTokens, int CompletionTokens)
{
    public int TotalTokens => PromptTokens + CompletionTokens;
}

/// <summary>Log-probabilities of a choice's tokens, the end token included.</summary>
internal sealed record ReplyLogProbs(IReadOnlyList<ReplyToken> Content)
{
    public static ReplyLogProbs Of(IEnumerable<SampledToken> tokens, Tokenizer tokenizer) => new([.. tokens.Select(token =>
        ReplyToken.Of(token.Id, token.LogProb, tokenizer) with { TopLogprobs = [.. token.Top.Select(top => ReplyToken.Of(top.Id, top.LogProb, tokenizer))] })]);
}

/// <summary>A token. Bytes are null for a part of a character, whose text is U+FFFD.</summary>
internal sealed record ReplyToken(string Token, double Logprob, IReadOnlyList<int>? Bytes)
{
    private const double Impossible = -9999; // OpenAI's own way to write minus infinity, which JSON cannot

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ReplyToken>? TopLogprobs { get; init; }

    public static ReplyToken Of(int id, float logProb, Tokenizer tokenizer)
    {
        var text = tokenizer.Decode([id], skipSpecials: false);
        var whole = !text.Contains('\uFFFD', StringComparison.Ordinal);
        return new(text, Math.Max(Impossible, logProb), whole ? [.. Encoding.UTF8.GetBytes(text).Select(one => (int)one)] : null);
    }
}
