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
    public static async Task Send(BrokerSettings broker, string queue)
    {
        var factory = new ConnectionFactory { Uri = broker.Address, UserName = broker.User, Password = broker.Password };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await Publish("this is \u001b[2Jno JSON"u8.ToArray(), null);
        await Publish("""{"message":"hello"}"""u8.ToArray(), "urn:message:somebody:else:v1");
        await Publish(Encoding.UTF8.GetBytes($$"""{"id":"{{Guid.Empty}}","runId":"{{Guid.Empty}}","opinion":"of the next version"}"""), null);
        await Publish(Encoding.UTF8.GetBytes($$"""{"id":"{{Guid.Empty}}","runId":"{{Guid.Empty}}","pairId":"{{Guid.Empty}}","pool":"x","votes":[],"failure":"refusal","reason":"x","labeler":"{{new string('x', (int)RlaifBus.LargestMessage)}}"}"""), null);

        ValueTask Publish(byte[] body, string? type) => channel.BasicPublishAsync(
            queue, "", mandatory: true,
            new BasicProperties
            {
                Persistent = true,
                ContentType = "application/json",
                Headers = type is null ? null : new Dictionary<string, object?>(StringComparer.Ordinal) { ["MT-MessageType"] = type },
            },
            body);
    }
}
