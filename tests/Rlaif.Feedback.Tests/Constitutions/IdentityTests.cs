using System.Text.Json;
using System.Text.Json.Nodes;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Tests.Statistics;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Tests.Constitutions;

public class IdentityTests
{
    [Fact]
    public void Numbers_are_written_as_ECMAScript_writes_them() => Each("jcs_number", (input, expected) =>
    {
        var bits = input.GetProperty("bits").EnumerateArray().Select(b => BitConverter.UInt64BitsToDouble(Convert.ToUInt64(b.GetString(), 16)));
        var texts = bits.Select(CanonicalJson.Number).ToList();
        Assert.Equal(expected.GetProperty("text").EnumerateArray().Select(text => text.GetString()), texts);
    });

    [Fact]
    public void Json_has_one_canonical_text() => Each("jcs", (input, expected) =>
    {
        var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
        var node = JsonNode.Parse(input.GetProperty("json").GetString()!, documentOptions: options);
        var canonical = CanonicalJson.Of(node);
        Assert.Equal(expected.GetProperty("canonical").GetString(), canonical);
        Assert.Equal(expected.GetProperty("sha256").GetString(), CanonicalJson.Sha256(node));
    });

    [Fact]
    public void Yaml_is_read_by_the_core_schema_of_1_2_and_named_by_its_content() => Each("yaml_sha256", (input, expected) =>
    {
        var json = YamlJson(input.GetProperty("yaml").GetString()!);
        var sha256 = CanonicalJson.Sha256(json);
        if (expected.TryGetProperty("canonical", out var canonical))
        {
            Assert.Equal(canonical.GetString(), CanonicalJson.Of(json));
        }

        Assert.Equal(expected.GetProperty("sha256").GetString(), sha256);
    });

    [Fact]
    public void Deep_nesting_is_refused_and_does_not_overflow_the_stack()
    {
        var e = Assert.Throws<InputException>(() => YamlJson($"a: {new string('[', 100_000)}"));
        Assert.Contains("levels deep", e.Message, StringComparison.Ordinal);
    }

    private static JsonNode YamlJson(string yaml) => YamlReader.Read(yaml, "case.yaml").ToJson();

    /// <summary>Runs every case; those that expect an error must be refused by an error that a user can read.</summary>
    private static void Each(string operation, Action<JsonElement, JsonElement> check)
    {
        foreach (var one in Cases.Of("identity", operation))
        {
            var (name, input, expected) = (one.GetProperty("name").GetString(), one.GetProperty("input"), one.GetProperty("expect"));
            var e = Record.Exception(() => check(input, expected));
            var refused = e is InputException or JsonException or InvalidOperationException;
            Assert.True(expected.TryGetProperty("error", out _) ? refused : e is null, $"{name}: {e}");
        }
    }
}
