using System.Text.Json;
using Rlaif.Learning.Text;

namespace Rlaif.Generator.Endpoint;

/// <summary>A chat completion that can be served, with the defaults of OpenAI's API.</summary>
internal sealed record ChatRequest
{
    private const int MostChoices = 64;
    private const int DefaultTokens = 512; // OpenAI's is the whole context, which a CPU does not finish

    public required string Model { get; init; }
    public required IReadOnlyList<ChatMessage> Messages { get; init; }
    public double Temperature { get; init; } = 1;
    public double TopP { get; init; } = 1;

    /// <summary>With a seed the same request gets the same answer to the last bit: it is then sampled in no company.</summary>
    public long? Seed { get; init; }
    public int Choices { get; init; } = 1;
    public IReadOnlyList<string> Stop { get; init; } = [];
    public int MaxTokens { get; init; } = DefaultTokens;

    /// <summary>Likeliest tokens to list at each place; null: no log-probabilities at all.</summary>
    public int? TopLogProbs { get; init; }
    public bool Stream { get; init; }
    public bool StreamUsage { get; init; }

    /// <exception cref="OpenAiException">Something is missing, out of range or not supported.</exception>
    public static ChatRequest Of(ChatBody body)
    {
        Refuse("tools", body.Tools, "[]");
        Refuse("functions", body.Functions, "[]");
        Refuse("logit_bias", body.LogitBias, "{}");
        if (body.ResponseFormat is { ValueKind: JsonValueKind.Object } format && !(format.TryGetProperty("type", out var type) && type.ValueEquals("text")))
        {
            throw OpenAiException.Unsupported("response_format");
        }

        if (body.PresencePenalty is not (null or 0) || body.FrequencyPenalty is not (null or 0))
        {
            throw OpenAiException.Unsupported(body.PresencePenalty is not (null or 0) ? "presence_penalty" : "frequency_penalty");
        }

        if (body is { TopLogprobs: > 0, Logprobs: not true })
        {
            throw OpenAiException.Value("top_logprobs", body.TopLogprobs, "left out unless logprobs is true");
        }

        var maxTokens = body.MaxCompletionTokens is null ? "max_tokens" : "max_completion_tokens";
        return new()
        {
            Model = body.Model ?? throw OpenAiException.NoModel(null),
            Messages = MessagesOf(body),
            Temperature = Within("temperature", body.Temperature ?? 1, 0, 2),
            TopP = Within("top_p", body.TopP ?? 1, double.Epsilon, 1),
            Seed = body.Seed,
            Choices = (int)Within("n", body.N ?? 1, 1, MostChoices),
            Stop = StopOf(body.Stop),
            MaxTokens = (int)Within(maxTokens, body.MaxCompletionTokens ?? body.MaxTokens ?? DefaultTokens, 1, int.MaxValue),
            TopLogProbs = body.Logprobs == true ? (int)Within("top_logprobs", body.TopLogprobs ?? 0, 0, 20) : null,
            Stream = body.Stream == true,
            StreamUsage = body.StreamOptions?.IncludeUsage == true,
        };
    }

    private static double Within(string name, double value, double low, double high) => value >= low && value <= high
        ? value : throw OpenAiException.Value(name, value, low == double.Epsilon ? $"above 0, at most {high}" : $"{low} to {high}");

    private static void Refuse(string name, JsonElement? value, string nothing)
    {
        if (value is { ValueKind: not JsonValueKind.Null } given && given.GetRawText() != nothing)
        {
            throw OpenAiException.Unsupported(name);
        }
    }

    private static IReadOnlyList<ChatMessage> MessagesOf(ChatBody body)
    {
        if (body.Messages is not { Count: > 0 } messages)
        {
            throw OpenAiException.Value("messages", "empty", "a list of at least one message");
        }

        return [.. messages.Select((message, i) => new ChatMessage(Role(message, i), Content(message!, i)))];
    }

    private static string Role(ChatBodyMessage? message, int i) => message?.Role switch
    {
        "developer" => "system", // the newer word for it
        "system" or "user" or "assistant" => message.Role,
        var other => throw OpenAiException.Value($"messages[{i}].role", other ?? "missing", "system, developer, user or assistant"),
    };

    private static string Content(ChatBodyMessage message, int i)
    {
        var name = $"messages[{i}].content";
        return message.Content switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { ValueKind: JsonValueKind.Array } parts => string.Concat(parts.EnumerateArray().Select(part =>
                part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
                    ? text.GetString() : throw OpenAiException.Value(name, "something else", "a text or a list of text parts"))),
            _ => throw OpenAiException.Value(name, "missing", "a text or a list of text parts"),
        };
    }

    private static IReadOnlyList<string> StopOf(JsonElement? stop)
    {
        IReadOnlyList<JsonElement> texts = stop switch
        {
            null or { ValueKind: JsonValueKind.Null } => [],
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()],
            { } one => [one],
        };
        return texts.Count <= 4 && texts.All(text => text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 })
            ? [.. texts.Select(text => text.GetString()!)]
            : throw OpenAiException.Value("stop", stop, "one to four texts that are not empty");
    }
}
