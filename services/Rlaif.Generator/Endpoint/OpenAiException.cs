namespace Rlaif.Generator.Endpoint;

/// <summary>A request that is not served, as OpenAI words it.</summary>
internal sealed class OpenAiException(int status, string message, string? parameter = null, string? code = null) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Status => status;

    /// <summary>The body.</summary>
    public object Body => new { error = new { message = Message, type = status >= 500 ? "server_error" : "invalid_request_error", param = parameter, code } };

    public static OpenAiException Value(string parameter, object? value, string allowed) =>
        new(400, $"{parameter} is {value}; it must be {allowed}.", parameter, "invalid_value");

    public static OpenAiException Unsupported(string parameter) =>
        new(400, $"{parameter} is not supported here; leave it out.", parameter, "unsupported_parameter");

    public static OpenAiException NoModel(string? name) =>
        new(404, $"The model \"{name}\" does not exist here; GET /v1/models lists those that do.", "model", "model_not_found");
}
