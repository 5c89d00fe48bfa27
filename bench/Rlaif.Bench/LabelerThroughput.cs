using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Rlaif.Contracts;
using Rlaif.Coordinator;
using Rlaif.Hosting;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Bench;

/// <summary>Labels of one kilobyte that wait in a quorum queue become rows: by the coordinator, and by a bare consumer of RabbitMQ.Client with
/// the same insert, which is in one transaction with the outcome and changes nothing the second time. Three times each, in turn.</summary>
internal static class LabelerThroughput
{
    private const int Labels = 6000, Times = 3;

    /// <summary>Messages that both consumers hold and work on at once.</summary>
    private const ushort Parallel = 100;

    public static async Task<IReadOnlyList<Figure>> Measure()
    {
        await using var servers = await PrivateServers.Start();
        await using var run = await BenchRun.Create(servers, "labeler-throughput");
        var (bare, ours) = (new List<double>(), new List<double>());
        for (var time = 0; time < Times; time++)
        {
            bare.Add(await Bare(run, await Fill(run, $"bare-{time}", "bare")));
            ours.Add(await Ours(run, await Fill(run, $"ours-{time}", "rlaif-label")));
        }

        return
        [
            Figure.Plain("labeler/bare_labels_per_second", Median(bare)),
            Figure.Plain("labeler/labels_per_second", Median(ours)),
            Figure.AtLeast("labeler/throughput_over_bare_consumer", Median(ours) / Median(bare), 0.75),
        ];
    }

    private static async Task<Guid> Fill(BenchRun run, string name, string queue)
    {
        var id = await run.CreatePaused(name, BenchRun.Recipe());
        var pairs = Enumerable.Range(0, Labels).Select(i => new PairRow { Id = RlaifId.Of(id, i), RunId = id, Round = 1, Purpose = "Preference", Ordinal = i, PromptId = $"{i}" }).ToList();
        await new PairTables(run.Database).Insert(pairs, default);
        var commands = pairs.Select((pair, i) => new CommandRow
        {
            Id = RlaifId.Of(pair.Id, "rules", 1), RunId = id, Round = 1, Stage = "labels", Ordinal = i, Kind = nameof(LabelPreference), Pool = "rules", Body = "{}",
        });
        await new WorkTables(run.Database).Plan(
            new() { RunId = id, Round = 1, Name = "labels", PlannedAt = TimeProvider.System.GetUtcNow() }, commands.ToAsyncEnumerable(), default);
        await using var connection = await run.Deployment.Broker!.Connect(default);
        await using var channel = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.QueueDeclareAsync("bare", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" });
        foreach (var some in pairs.Chunk(500))
        {
            await Task.WhenAll(some.Select(pair => channel.BasicPublishAsync(
                "", queue, mandatory: true, new BasicProperties { Persistent = true, ContentType = "application/json" },
                System.Text.Encoding.UTF8.GetBytes(Json.Of(Label(id, pair.Id)))).AsTask()));
        }

        return id;
    }

    private static PreferenceLabeled Label(Guid run, Guid pair) => new()
    {
        Id = RlaifId.Of(pair, "rules", 1),
        RunId = run,
        PairId = pair,
        Pool = "rules",
        Labeler = "bench",
        Votes = [.. Enumerable.Range(0, 4).Select(i => new Vote { Principle = $"principle-{i}", Preference = 0.75, Detail = new('d', 130) })],
    };

    private static async Task<double> Ours(BenchRun run, Guid id)
    {
        await using var host = RlaifHost.Build(run.Deployment, [CoordinatorService.Module]);
        await host.StartAsync();
        var rate = await Rate(run, id);
        await host.StopAsync();
        return rate;
    }

    private static async Task<double> Bare(BenchRun run, Guid id)
    {
        var broker = run.Deployment.Broker!;
        var factory = new ConnectionFactory { Uri = broker.Address, UserName = broker.User, Password = broker.Password, ConsumerDispatchConcurrency = Parallel };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, Parallel, global: false);
        var pairs = new PairTables(run.Database);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            var label = Json.Read<PreferenceLabeled>(System.Text.Encoding.UTF8.GetString(delivery.Body.Span));
            await pairs.Insert(label, null, TimeProvider.System.GetUtcNow(), default);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        await channel.BasicConsumeAsync("bare", autoAck: false, consumer);
        return await Rate(run, id);
    }

    // From the first look that found any: neither side's start counts.
    private static async Task<double> Rate(BenchRun run, Guid id)
    {
        var looks = await run.Watch("select count(*) from label where run_id = @id", new { id }, Labels, TimeSpan.FromMilliseconds(25));
        var (began, first) = looks.First(look => look.Count > 0);
        var (ended, last) = looks[^1];
        return (last - first) / (ended - began);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
