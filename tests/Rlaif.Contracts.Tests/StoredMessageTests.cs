using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MassTransit;
using Rlaif.Testing;

namespace Rlaif.Contracts.Tests;

/// <summary>Stored bytes: a message of each kind as the first version of the contract wrote it. Never written again, only added to.</summary>
public class StoredMessageTests
{
    private static readonly string Stored = Repository.Path("tests/Rlaif.Contracts.Tests/messages-v1.jsonl");

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private static readonly IReadOnlyDictionary<string, Type> Messages = typeof(RlaifId).Assembly.GetTypes()
        .Where(type => type.IsDefined(typeof(EntityNameAttribute))).ToDictionary(type => type.GetCustomAttribute<EntityNameAttribute>()!.EntityName, StringComparer.Ordinal);

    [Fact]
    public void Nothing_is_lost_of_a_message_that_an_earlier_version_wrote() => Assert.All(Lines(), line =>
    {
        var read = JsonSerializer.Deserialize(line.Body, Messages[line.Name], Json);
        Assert.Empty(Lost(line.Body, JsonSerializer.SerializeToNode(read, Messages[line.Name], Json), line.Name));
    });

    [Fact]
    public void Every_kind_of_message_is_stored()
    {
        var missing = Messages.Keys.Except(Lines().Select(line => line.Name)).Order(StringComparer.Ordinal).ToList();
        if (Environment.GetEnvironmentVariable("RLAIF_UPDATE") is { Length: > 0 })
        {
            File.AppendAllLines(Stored, missing.Select(name => $"{name}\t{JsonSerializer.Serialize(Filled(Messages[name], "message"), Messages[name], Json)}"));
            return;
        }

        Assert.True(missing.Count == 0, $"{Stored} lacks {string.Join(", ", missing)}; RLAIF_UPDATE=1 adds them.");
    }

    private static IEnumerable<(string Name, JsonNode Body)> Lines() =>
        File.Exists(Stored) ? File.ReadLines(Stored).Select(line => (line.Split('\t')[0], JsonNode.Parse(line.Split('\t')[1])!)) : [];

    private static IEnumerable<string> Lost(JsonNode? before, JsonNode? after, string at) => (before, after) switch
    {
        (JsonObject old, JsonObject now) => old.SelectMany(part => Lost(part.Value, now[part.Key], $"{at}.{part.Key}")),
        (JsonArray old, JsonArray now) when old.Count == now.Count => old.SelectMany((one, i) => Lost(one, now[i], $"{at}[{i}]")),
        _ => JsonNode.DeepEquals(before, after) ? [] : [$"{at}: {before} became {after}"],
    };

    /// <summary>A value whose every part says something.</summary>
    private static object Filled(Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) => $"a {name}",
            _ when type == typeof(Guid) => RlaifId.Of(name),
            _ when type == typeof(bool) => true,
            _ when type == typeof(DateTimeOffset) => DateTimeOffset.UnixEpoch.AddDays(1),
            _ when type == typeof(double) => 0.25,
            _ when type == typeof(float) => 0.5f,
            _ when type.IsEnum => Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!,
            _ when type.IsPrimitive => Convert.ChangeType(7, type, System.Globalization.CultureInfo.InvariantCulture),
            _ when type.IsArray => List(type.GetElementType()!, name),
            _ when typeof(IEnumerable).IsAssignableFrom(type) => List(type.GetGenericArguments()[0], name),
            _ => Record(type),
        };
    }

    private static Array List(Type element, string name)
    {
        var list = Array.CreateInstance(element, 1);
        list.SetValue(Filled(element, name), 0);
        return list;
    }

    private static object Record(Type type)
    {
        var parts = type.GetProperties().Where(part => part.CanWrite).ToDictionary(part => JsonNamingPolicy.CamelCase.ConvertName(part.Name), part => Filled(part.PropertyType, part.Name), StringComparer.Ordinal);
        return JsonSerializer.SerializeToNode(parts, Json).Deserialize(type, Json)!;
    }
}
