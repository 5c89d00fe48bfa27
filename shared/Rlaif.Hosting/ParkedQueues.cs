using System.Collections.Concurrent;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Rlaif.Contracts;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>Messages that could not be processed: each left the queue that it came to for one beside it, and waits there for a person.</summary>
public sealed class ParkedQueues(Deployment deployment, RunTables runs, TimeProvider time) : IDisposable
{
    internal const string Dead = "_dead";

    /// <summary>The header that names who looked at a message last: somebody else's look may hold what stands between a message and its copy.</summary>
    private const string Look = "x-rlaif-look";

    // Between its copy and its end a message is there twice. Whoever asked may have waited long enough for the answer; what is in hand is brought to its end.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Queues of the services; those of labeler pools come from the runs.</summary>
    public static readonly IReadOnlyList<string> Services =
    [
        "label-human", "label-judge", "label-rules", "rlaif-declined", "rlaif-evaluate-policy", "rlaif-fact", "rlaif-generate-responses",
        "rlaif-label", "rlaif-optimize-policy", "rlaif-revise-responses", "rlaif-score-responses", "rlaif-train-reward-model",
    ];

    private static readonly string[] Endings = ["_error", "_skipped", Dead];

    private readonly ConcurrentDictionary<Guid, IReadOnlyList<string>> pools = new();

    /// <summary>Whoever looks has a message in hand for a moment, and another look would miss it.</summary>
    private readonly SemaphoreSlim turn = new(1);

    private int looks;

    /// <summary>What <see cref="List"/> found last.</summary>
    public IReadOnlyList<ParkedQueue> Last { get; private set; } = [];

    /// <summary>Those that hold any.</summary>
    public async Task<IReadOnlyList<ParkedQueue>> List(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            await using var connection = await Connect(cancel);
            var parked = new List<ParkedQueue>();
            foreach (var queue in (await Names(cancel)).SelectMany(name => Endings.Select(ending => name + ending)))
            {
                if (await Depth(connection, queue, cancel) is > 0 and var messages)
                {
                    parked.Add(new(queue, messages));
                }
            }

            return Last = parked;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The first of a queue, each once unless two more looks go by meanwhile; they go to its end. Given back to their place, a quorum queue would count it as a failed delivery,
    /// and RabbitMQ 4 throws a message away after twenty.</summary>
    public async Task<IReadOnlyList<ParkedMessage>> Show(string queue, int limit, CancellationToken cancel)
    {
        var look = RlaifId.Of(Environment.MachineName, Environment.ProcessId, time.GetUtcNow().Ticks, Interlocked.Increment(ref looks)).ToString();
        var shown = new List<ParkedMessage>();
        await Move(
            queue, limit,
            async (channel, parked, finish) =>
            {
                if (!SeenBy(look, parked))
                {
                    shown.Add(ParkedMessage.Of(queue, parked));
                }

                await ToTheEnd(channel, queue, parked, finish, look);
            },
            cancel);
        return shown;
    }

    /// <summary>Sends every message of a queue to where it came to first.</summary>
    /// <returns>How many.</returns>
    public Task<int> Replay(string queue, CancellationToken cancel) => Move(
        queue, int.MaxValue,
        async (channel, parked, finish) =>
        {
            var properties = new BasicProperties(parked.BasicProperties);
            foreach (var header in properties.Headers?.Keys.Where(OfItsFailure).ToList() ?? [])
            {
                properties.Headers!.Remove(header);
            }

            await channel.BasicPublishAsync(Origin(queue), "", mandatory: true, properties, parked.Body, finish);
        },
        cancel);

    /// <summary>Throws every message of a queue away.</summary>
    /// <returns>How many.</returns>
    public async Task<int> Drop(string queue, CancellationToken cancel)
    {
        await Check(queue, cancel);
        await using var connection = await Connect(cancel);
        if (await Declared(connection, queue, cancel) is null)
        {
            return 0;
        }

        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        return (int)await channel.QueuePurgeAsync(queue, cancel);
    }

    // At most as many as there are at the first: what comes back meanwhile is not taken twice. It is taken off once the broker has its copy.
    private async Task<int> Move(string queue, int limit, Func<IChannel, BasicGetResult, CancellationToken, Task> copy, CancellationToken cancel)
    {
        await Check(queue, cancel);
        await turn.WaitAsync(cancel);
        try
        {
            await using var connection = await Connect(cancel);
            if (await Declared(connection, queue, cancel) is null)
            {
                return 0;
            }

            await using var channel = await Confirming(connection, cancel);
            var (moved, most) = (0, limit);
            while (moved < most && await channel.BasicGetAsync(queue, autoAck: false, cancel) is { } parked)
            {
                most = moved == 0 ? (int)Math.Min(limit, parked.MessageCount + 1L) : most;
                await Take(channel, queue, parked, copy);
                moved++;
            }

            return moved;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<IConnection> Connect(CancellationToken cancel) => deployment.Broker is { } broker
        ? await broker.Connect(cancel)
        : throw new InputException("This deployment has no broker, so no messages are parked: a run that cannot go on pauses and says why (`rlaif runs`).");

    private async Task Check(string queue, CancellationToken cancel)
    {
        if (!Endings.Any(ending => queue.EndsWith(ending, StringComparison.Ordinal)) || !(await Names(cancel)).Contains(Origin(queue), StringComparer.Ordinal))
        {
            throw new InputException($"There is no queue of parked messages with this name; `rlaif parked list` names those that hold any.");
        }
    }

    private async Task<IEnumerable<string>> Names(CancellationToken cancel)
    {
        foreach (var run in (await runs.Ids(cancel)).Where(run => !pools.ContainsKey(run)))
        {
            var recipe = Json.Read<Recipe>((await runs.Find(run, cancel))!.Recipe);
            pools[run] = [.. recipe.Labelers.Keys, .. recipe.AsksJudge ? ["judge"] : Array.Empty<string>()];
        }

        return pools.Values.SelectMany(names => names).Select(RlaifBus.LabelQueue).Concat(Services).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    private static string Origin(string queue) => queue[..queue.LastIndexOf('_')];

    private static bool OfItsFailure(string header) =>
        header.StartsWith("MT-Fault-", StringComparison.Ordinal) || header == "MT-Reason" || header.StartsWith("x-", StringComparison.Ordinal);

    private async Task Take(IChannel channel, string queue, BasicGetResult parked, Func<IChannel, BasicGetResult, CancellationToken, Task> copy)
    {
        using var finish = new CancellationTokenSource(Grace, time);
        try
        {
            await copy(channel, parked, finish.Token);
            await channel.BasicAckAsync(parked.DeliveryTag, multiple: false, finish.Token);
        }
        catch (OperationCanceledException late) when (finish.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker did not confirm within {Grace.TotalSeconds} s that a message of {queue} was moved; it may be there twice.", late);
        }
    }

    private static async Task ToTheEnd(IChannel channel, string queue, BasicGetResult parked, CancellationToken cancel, string? look = null)
    {
        var properties = new BasicProperties(parked.BasicProperties);
        if (look is not null)
        {
            properties.Headers ??= new Dictionary<string, object?>(StringComparer.Ordinal);
            properties.Headers[Look] = look;
        }

        await channel.BasicPublishAsync("", queue, mandatory: true, properties, parked.Body, cancel);
    }

    private static bool SeenBy(string look, BasicGetResult parked) =>
        parked.BasicProperties.Headers?.TryGetValue(Look, out var last) == true && last is byte[] name && Encoding.UTF8.GetString(name) == look;

    private static Task<IChannel> Confirming(IConnection connection, CancellationToken cancel) => connection.CreateChannelAsync(
        new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancel);

    // A quorum queue that does not answer within 250 ms counts as empty in the answer to a declaration; what it hands out, it has counted.
    private async Task<int> Depth(IConnection connection, string queue, CancellationToken cancel)
    {
        if (await Declared(connection, queue, cancel) is not 0 and var declared)
        {
            return declared ?? 0;
        }

        await using var channel = await Confirming(connection, cancel);
        if (await channel.BasicGetAsync(queue, autoAck: false, cancel) is not { } parked)
        {
            return 0;
        }

        await Take(channel, queue, parked, (_, message, finish) => ToTheEnd(channel, queue, message, finish));
        return (int)parked.MessageCount + 1;
    }

    // A queue comes into being with the first message that is parked there. To ask for one that is not there costs the channel.
    private static async Task<int?> Declared(IConnection connection, string queue, CancellationToken cancel)
    {
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
            return (int)(await channel.QueueDeclarePassiveAsync(queue, cancel)).MessageCount;
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == 404)
        {
            return null;
        }
    }
}
