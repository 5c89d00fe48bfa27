using System.Text;
using RabbitMQ.Client;
using Rlaif.Hosting;

namespace Rlaif.Broker.Tests;

/// <summary>Messages that nobody can work on.</summary>
internal static class Poison
{
    /// <summary>How many kinds there are.</summary>
    public const int Kinds = 4;

    /// <summary>One of each kind to a queue, by way of its exchange.</summary>
    public static Task Send(BrokerSettings broker, string queue) => Send(
        broker, queue,
        ("this is \u001b[2Jno JSON", null),
        ("""{"message":"hello"}""", "urn:message:somebody:else:v1"),
        ($$"""{"id":"{{Guid.Empty}}","runId":"{{Guid.Empty}}","opinion":"of the next version"}""", null),
        ($$"""{"id":"{{Guid.Empty}}","runId":"{{Guid.Empty}}","pairId":"{{Guid.Empty}}","pool":"x","votes":[],"failure":"refusal","reason":"x","labeler":"{{new string('x', (int)RlaifBus.LargestMessage)}}"}""", null));

    /// <summary>Any messages to a queue, by way of its exchange.</summary>
    public static async Task Send(BrokerSettings broker, string queue, params (string Body, string? Type)[] messages)
    {
        var factory = new ConnectionFactory { Uri = broker.Address, UserName = broker.User, Password = broker.Password };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        foreach (var (body, type) in messages)
        {
            var headers = type is null ? null : new Dictionary<string, object?>(StringComparer.Ordinal) { ["MT-MessageType"] = type };
            var properties = new BasicProperties { Persistent = true, ContentType = "application/json", Headers = headers };
            await channel.BasicPublishAsync(queue, "", mandatory: true, properties, Encoding.UTF8.GetBytes(body));
        }
    }
}
