namespace Rlaif.Generator.Tests.Endpoint;

public class BadRequestTests
{
    private const string Model = "\"model\": \"tiny\", ";
    private const string Hi = "\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]";

    [Theory]
    [InlineData("{", null)]
    [InlineData("null", null)]
    [InlineData("{\"messages\": 3}", null)]
    [InlineData("{" + Model + "\"messages\": []}", "messages")]
    [InlineData("{" + Model + "\"messages\": [null]}", "messages[0].role")]
    [InlineData("{" + Model + "\"messages\": [{\"role\": \"tool\", \"content\": \"x\"}]}", "messages[0].role")]
    [InlineData("{" + Model + "\"messages\": [{\"role\": \"user\"}]}", "messages[0].content")]
    [InlineData("{" + Model + "\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]}", "messages[0].content")]
    [InlineData("{" + Model + Hi + ", \"temperature\": 2.5}", "temperature")]
    [InlineData("{" + Model + Hi + ", \"top_p\": 0}", "top_p")]
    [InlineData("{" + Model + Hi + ", \"n\": 0}", "n")]
    [InlineData("{" + Model + Hi + ", \"n\": 1000}", "n")]
    [InlineData("{" + Model + Hi + ", \"max_tokens\": 0}", "max_tokens")]
    [InlineData("{" + Model + Hi + ", \"max_completion_tokens\": -1}", "max_completion_tokens")]
    [InlineData("{" + Model + Hi + ", \"logprobs\": true, \"top_logprobs\": 21}", "top_logprobs")]
    [InlineData("{" + Model + Hi + ", \"top_logprobs\": 2}", "top_logprobs")]
    [InlineData("{" + Model + Hi + ", \"stop\": [\"\"]}", "stop")]
    [InlineData("{" + Model + Hi + ", \"stop\": 7}", "stop")]
    [InlineData("{" + Model + Hi + ", \"tools\": [{}]}", "tools")]
    [InlineData("{" + Model + Hi + ", \"response_format\": {\"type\": \"json_object\"}}", "response_format")]
    [InlineData("{" + Model + Hi + ", \"presence_penalty\": 1}", "presence_penalty")]
    public async Task A_bad_request_is_told_what_is_wrong_in_the_shape_of_the_api(string body, string? parameter)
    {
        await using var host = await EndpointHost.Start();
        var (status, answer) = await host.Post(body);
        Assert.Equal(400, status);
        Assert.Equal("invalid_request_error", answer["error"]!["type"]!.ToString());
        Assert.Equal(parameter, answer["error"]!["param"]?.ToString());
        Assert.EndsWith(".", answer["error"]!["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_beyond_the_models_positions_are_refused_and_others_beside_them_answered()
    {
        await using var host = await EndpointHost.Start(await TinyModel.Create(positions: 64));
        var (bad, good) = (host.Post("{" + Model + Hi.Replace("hi", new string('x', 5000), StringComparison.Ordinal) + "}"), host.Post("{" + Model + Hi + "}"));
        Assert.Contains("64 tokens", (await bad).Body["error"]!["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal((400, 200), ((await bad).Status, (await good).Status));
    }

    [Fact]
    public async Task A_body_of_megabytes_is_too_large()
    {
        await using var host = await EndpointHost.Start();
        var (status, answer) = await host.Post("{" + Model + Hi.Replace("hi", new string('x', 5 << 20), StringComparison.Ordinal) + "}");
        Assert.Equal(413, status);
        Assert.NotNull(answer["error"]);
    }
}
