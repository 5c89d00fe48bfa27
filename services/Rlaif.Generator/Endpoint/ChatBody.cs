using System.Text.Json;

namespace Rlaif.Generator.Endpoint;

/// <summary>The body of a chat completion as it comes: nothing is checked yet. Members that are not named here are ignored, as by other servers;
/// those that would change the answer and are not supported are refused.</summary>
internal sealed record ChatBody
{
    public string? Model { get; init; }
    public IReadOnlyList<ChatBodyMessage?>? Messages { get; init; }
    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public long? Seed { get; init; }
    public int? N { get; init; }
    public JsonElement? Stop { get; init; }
    public int? MaxTokens { get; init; }
    public int? MaxCompletionTokens { get; init; }
    public bool? Logprobs { get; init; }
    public int? TopLogprobs { get; init; }
    public bool? Stream { get; init; }
    public StreamOptions? StreamOptions { get; init; }
    public double? PresencePenalty { get; init; }
    public double? FrequencyPenalty { get; init; }
    public JsonElement? LogitBias { get; init; }
    public JsonElement? ResponseFormat { get; init; }
    public JsonElement? Tools { get; init; }
    public JsonElement? Functions { get; init; }
}

/// <summary>One message; its content is a text or a list of text parts.</summary>
internal sealed record ChatBodyMessage(string? Role, JsonElement? Content);

/// <summary>Whether a stream ends with its usage.</summary>
internal sealed record StreamOptions(bool? IncludeUsage);
