using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using MassTransit;

namespace Rlaif.Contracts.Tests;

public class MessageTests
{
    private static readonly IReadOnlyList<Type> Messages =
        [.. typeof(RlaifId).Assembly.GetTypes().Where(type => type.IsDefined(typeof(EntityNameAttribute)))];

    [Fact]
    public void Every_message_has_a_versioned_name_of_its_own_on_the_broker_and_on_the_wire()
    {
        Assert.True(Messages.Count >= 20);
        var names = Messages.ToDictionary(type => type.GetCustomAttribute<EntityNameAttribute>()!.EntityName, StringComparer.Ordinal);
        Assert.All(names, message =>
        {
            var words = string.Join('-', Regex.Matches(message.Value.Name, "[A-Z][a-z]*", RegexOptions.NonBacktracking)).ToLowerInvariant();
            Assert.Equal($"rlaif.{words}.v1", message.Key);
            Assert.Equal($"rlaif:{words}:v1", MessageUrn.ForTypeString(message.Value));
        });
    }

    [Fact]
    public void Every_message_is_a_sealed_record_with_its_id_and_its_run() => Assert.All(Messages, type =>
    {
        Assert.True(type.IsSealed, type.Name);
        Assert.NotNull(type.GetMethod("<Clone>$"));
        Assert.Equal(typeof(Guid), type.GetProperty("Id")?.PropertyType);
        Assert.Equal(typeof(Guid), type.GetProperty("RunId")?.PropertyType);
    });

    [Fact]
    public void A_label_request_and_its_answer_survive_the_wire()
    {
        var id = RlaifId.Of("pair", 1);
        Survives(new LabelPreference
        {
            Id = id,
            RunId = id,
            PairId = id,
            Pool = "rules",
            Prompt = [new("system", "Be kind."), new("user", "Say \u2028 \"hi\"")],
            First = new("hi", true),
            Second = new("", false),
            Principles = [new("brevity", "Which is shorter?", """{"maxWords":40}"""), new("tone", "Which is kinder?")],
            Expectation = new() { Any = ["hi"], MinWords = 1, Safety = Safety.Border },
            Guidelines = "Read both.",
            Constitution = "ab",
            Deadline = DateTimeOffset.UnixEpoch,
        });
        Survives(new PreferenceLabeled
        {
            Id = id,
            RunId = id,
            PairId = id,
            Pool = "judge",
            Labeler = "judge/pairwise/m",
            Votes =
            [
                new() { Principle = "brevity", Preference = 0.1 + 0.2, PositionBias = -1.5, OrderConsistent = true },
                new() { Principle = "tone", Failure = FailureKind.MultiVerdict, Detail = "A and B" },
                new() { Principle = "safety", NotApplicable = true },
            ],
            Calls = 2,
        });
    }

    private static void Survives<T>(T message)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        var sent = JsonSerializer.Serialize(message, options);
        Assert.Equal(sent, JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(sent, options), options));
    }
}
