using System.Collections.Concurrent;
using RabbitMQ.Client;

namespace Rlaif.Hosting;

/// <summary>The queues of labeler pools. Whoever labels may come later than the first command, in any language, and finds its queue there.</summary>
public sealed class LabelQueues(Deployment deployment) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private readonly ConcurrentDictionary<string, bool> declared = new(StringComparer.Ordinal);

    /// <summary>Declares a pool's queue exactly as our own labelers would; in memory there are no others.</summary>
    public async Task Declare(string pool, CancellationToken cancel)
    {
        if (deployment.Broker is null || declared.ContainsKey(pool))
        {
            return;
        }

        await turn.WaitAsync(cancel);
        try
        {
            if (!declared.ContainsKey(pool))
            {
                await DeclareNow(deployment.Broker, pool, cancel);
                declared[pool] = true;
            }
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private static async Task DeclareNow(BrokerSettings broker, string pool, CancellationToken cancel)
    {
        await using var connection = await broker.Connect(cancel);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        var (queue, dead) = (RlaifBus.LabelQueue(pool), RlaifBus.LabelQueue(pool) + "_dead");
        await Queue(channel, dead, [], cancel);
        await Queue(channel, queue, new() { ["x-delivery-limit"] = RlaifBus.MostDeliveries, ["x-dead-letter-exchange"] = dead }, cancel);
    }

    private static async Task Queue(IChannel channel, string name, Dictionary<string, object?> arguments, CancellationToken cancel)
    {
        arguments["x-queue-type"] = "quorum";
        await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, cancellationToken: cancel);
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancel);
        await channel.QueueBindAsync(name, name, "", cancellationToken: cancel);
    }
}
