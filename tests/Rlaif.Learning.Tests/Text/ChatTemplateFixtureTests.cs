using System.Text.Json;
using System.Text.Json.Nodes;
using Rlaif.Learning.Text;
using Rlaif.Recipes;
using Rlaif.Testing;

namespace Rlaif.Learning.Tests.Text;

/// <summary>Every case of the fixtures: what transformers 5.23.0 and Jinja2 3.1.6 made of the same template and conversation.</summary>
public class ChatTemplateFixtureTests
{
    private const string Tag = "CONTINUE_FINAL_MESSAGE_TAG ";
    private static readonly string[] Reasoning = ["reasoning_content", "thinking", "reasoning"];

    [Fact]
    public void Every_template_renders_every_conversation_as_transformers_does()
    {
        var file = JsonNode.Parse(File.ReadAllText(Fixtures.Path("chat-templates/cases.json")))!;
        var templates = file["templates"]!.AsObject().ToDictionary(
            pair => pair.Key,
            pair => ChatTemplate.Parse(File.ReadAllText(Fixtures.Path($"chat-templates/{pair.Key}.jinja")), pair.Key),
            StringComparer.Ordinal);
        var clock = Clock(file);
        var cases = file["cases"]!.AsArray();
        foreach (var one in cases)
        {
            var name = (string)one!["template"]!;
            var variables = Variables(file["templates"]![name]!, file["conversations"]![(string)one["conversation"]!]!, one);
            AssertOutcome(one, () => one["continue_final_message"] is null
                ? templates[name].Render(variables, clock)
                : Continued(templates[name], variables, clock));
        }

        Assert.Equal(1525, cases.Count);
    }

    [Fact]
    public void Every_feature_of_the_language_prints_as_in_Jinja2()
    {
        var file = JsonNode.Parse(File.ReadAllText(Fixtures.Path("chat-templates/units.json")))!;
        var variables = file["variables"]!.AsObject().ToDictionary(pair => pair.Key, pair => (object?)Element(pair.Value), StringComparer.Ordinal);
        var units = file["units"]!.AsArray();
        foreach (var unit in units)
        {
            AssertOutcome(unit!, () => ChatTemplate.Parse((string)unit!["template"]!, "unit").Render(variables, Clock(file)));
        }

        Assert.Equal(165, units.Count);
    }

    private static void AssertOutcome(JsonNode one, Func<string> render)
    {
        if ((string?)one["error"] is not { } kind)
        {
            Assert.True((string)one["expected"]! == render(), $"{one.ToJsonString()}\nbecame\n{render()}");
            return;
        }

        var error = Record.Exception(render);
        Assert.True(error is InputException, $"{one.ToJsonString()}\nwas to fail; {error}");
        // A ValueError is transformers' own, about a final message that is not there.
        var isTheirs = kind == "ValueError" || error.Message.EndsWith((string)one["message"]!, StringComparison.Ordinal);
        Assert.True(isTheirs, $"{one.ToJsonString()}\nfailed with\n{error.Message}");
    }

    // As transformers prepares a conversation.
    private static Dictionary<string, object?> Variables(JsonNode template, JsonNode conversation, JsonNode one)
    {
        var messages = conversation["messages"]!.DeepClone().AsArray();
        foreach (var message in messages.Select(m => m!.AsObject()))
        {
            foreach (var (key, _) in message.Where(pair => pair.Value is null).ToList())
            {
                message.Remove(key);
            }

            if (Reasoning.Select(key => message[key]).FirstOrDefault(value => value is not null) is { } reasoning)
            {
                message["reasoning_content"] ??= reasoning.DeepClone();
                message["thinking"] ??= reasoning.DeepClone();
            }
        }

        var variables = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["messages"] = Element(messages),
            ["tools"] = Element(conversation["tools"]),
            ["documents"] = null,
            ["add_generation_prompt"] = (bool?)one["add_generation_prompt"] ?? false,
        };
        foreach (var token in new[] { "bos_token", "eos_token" }.Where(token => template[token] is not null))
        {
            variables[token] = (string)template[token]!;
        }

        foreach (var (key, value) in conversation["extra"]?.AsObject() ?? [])
        {
            variables[key] = Element(value);
        }

        return variables;
    }

    // transformers' continue_final_message: a mark behind the last message, and the text before it.
    private static string Continued(ChatTemplate template, Dictionary<string, object?> variables, TimeProvider clock)
    {
        var messages = JsonSerializer.SerializeToNode(variables["messages"])!.AsArray();
        var last = messages[^1]!.AsObject();
        var holder = last["content"] is JsonArray parts ? parts.Last(part => part!["text"] is not null)!.AsObject() : last;
        var key = ReferenceEquals(holder, last) ? "content" : "text";
        var content = (string)holder[key]!;
        holder[key] = content + Tag;
        var text = template.Render(new Dictionary<string, object?>(variables, StringComparer.Ordinal) { ["messages"] = Element(messages) }, clock);
        var at = text.LastIndexOf(Tag.Trim(), StringComparison.Ordinal);
        if (at < 0 || !text.Contains(content.Trim(), StringComparison.Ordinal))
        {
            throw new InputException("The final message does not appear in the text.");
        }

        return text.AsSpan(at).StartsWith(Tag) ? text[..at] : text[..at].TrimEnd();
    }

    private static JsonElement? Element(JsonNode? node) => node is null ? null : JsonSerializer.SerializeToElement(node);

    private static StoppedClock Clock(JsonNode file) => new(DateTimeOffset.Parse((string)file["now"]! + "Z"));

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
