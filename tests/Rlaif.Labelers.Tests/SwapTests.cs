using System.Text;
using MassTransit;
using RabbitMQ.Client;
using Rlaif.Cli.Labeling;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Judge.Tests;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Labelers.Tests;

[Trait("Speed", "slow")]
public class SwapTests
{
    private const string Name = "human/ada";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Labelers_of_any_kind_that_hold_one_opinion_settle_the_same_bytes()
    {
        LabelerProcess.MustBeInstalled();
        await using var servers = await PrivateServers.Start();
        var rules = await InThisProcess<Rules>(servers, "rules");
        Assert.All(["0.5,", "\"preference\":1,", "\"preference\":0,", "\"dropped\":\"Tie\"", "\"kept\":true"], part => Assert.Contains(part, rules, StringComparison.Ordinal));
        Assert.Equal(Pairs(rules), Pairs(await ByAModel(servers)));
        Assert.Equal(rules, await ByAPerson(servers));

        // They are there before their queue is, and stay when the broker is killed.
        await using var inPython = await LabeledRound.Start(servers, "python");
        await using var inJavaScript = await LabeledRound.Start(servers, "javascript");
        await using var python = LabelerProcess.Python("python", inPython.Broker);
        await using var javascript = LabelerProcess.JavaScript("javascript", inJavaScript.Broker);
        await Task.WhenAll(inPython.Begin(LabeledRound.Run), inJavaScript.Begin(LabeledRound.Run));
        Assert.Equal(rules, await inPython.Settled(LabeledRound.Run, () => python.Said));
        Assert.Equal(rules, await inJavaScript.Settled(LabeledRound.Run, () => javascript.Said));
        await servers.RestartBroker(kill: true);
        var next = RlaifId.Of("next run");
        await Task.WhenAll(inPython.Begin(next), inJavaScript.Begin(next));
        Assert.Equal(await inPython.Settled(next, () => python.Said), await inJavaScript.Settled(next, () => javascript.Said));
        Assert.All(await servers.Messages("javascript"), queue => Assert.Equal(0, queue.Key.EndsWith("_dead", StringComparison.Ordinal) || queue.Key.EndsWith("_error", StringComparison.Ordinal) ? queue.Value : 0));
    }

    [Fact]
    public async Task A_wrong_answer_is_parked_and_costs_nothing()
    {
        await using var servers = await PrivateServers.Start();
        await using var round = await LabeledRound.Start(servers, "mine");
        await round.Begin(LabeledRound.Run);
        CommandRow? row = null;
        await Eventually.True(
            async () => (row = await new ClaimTables(round.Database).Take("mine", "nobody", null, new HashSet<Guid>(), TimeProvider.System.GetUtcNow(), Cancel)) is not null,
            "a pair waits");
        var command = Json.Read<LabelPreference>(row!.Body);
        await using (var channel = await Channel.Open(round.Broker))
        {
            await channel.Publish("rlaif.preference-labeled.v1", "This is no JSON.");
            await channel.Publish("rlaif.preference-labeled.v1", "{\"id\":\"" + command.Id + "\"}");
            await channel.Publish("rlaif.preference-labeled.v1", Json.Of(Label(command) with { PairId = RlaifId.Of("another pair") }));
            await channel.Publish("rlaif.preference-labeled.v1", Json.Of(Label(command) with { Pool = "rules" }));
            await channel.Publish(
                "rlaif.preference-declined.v1",
                Json.Of(new PreferenceDeclined(command.Id, command.RunId, RlaifId.Of("another pair"), "mine", "mine/1", FailureKind.Timeout, "Late.")));
            await Eventually.True(
                async () => await servers.Messages("mine") is var messages && messages.GetValueOrDefault("rlaif-label_error") == 4 && messages.GetValueOrDefault("rlaif-declined_error") == 1,
                "the wrong answers are parked");
            Assert.Empty(await new PairTables(round.Database).Votes(LabeledRound.Run, 1, "Preference", Cancel));

            // Right ones, each twice and one that declines: what was parked is in nobody's way.
            var answered = 0;
            while (!await round.HasSettled(LabeledRound.Run))
            {
                if (await channel.Take("label-mine") is { } taken)
                {
                    var asked = Json.Read<LabelPreference>(taken);
                    var (exchange, answer) = answered++ == 0
                        ? ("rlaif.preference-declined.v1", Json.Of(new PreferenceDeclined(asked.Id, asked.RunId, asked.PairId, "mine", "mine/1", FailureKind.NotQualified, "No.")))
                        : ("rlaif.preference-labeled.v1", Json.Of(Label(asked)));
                    await channel.Publish(exchange, answer);
                    await channel.Publish(exchange, answer);
                }
            }

            Assert.Equal(LabeledRound.Pairs, answered);
        }

        Assert.Equal(LabeledRound.Pairs - 1, (await new PairTables(round.Database).Votes(LabeledRound.Run, 1, "Preference", Cancel)).Count);
        Assert.Equal(4, (await servers.Messages("mine"))["rlaif-label_error"]);
    }

    private static async Task<string> InThisProcess<T>(PrivateServers servers, string pool)
        where T : class, IConsumer
    {
        await using var round = await LabeledRound.Start(servers, pool, bus => bus.AddLabeler<T>(pool, parallel: 4));
        await round.Begin(LabeledRound.Run);
        return await round.Settled(LabeledRound.Run);
    }

    /// <summary>The judge's own service, with a model that is sure of both responses: 40 nats apart are a preference of one, and of zero but for 4e-18.</summary>
    private static async Task<string> ByAModel(PrivateServers servers)
    {
        await using var model = await StubEndpoint.Start(Opinion.OfModel);
        await using var round = await LabeledRound.Start(servers, "judge", judge: new() { Endpoint = model.Address.ToString(), Model = "stub", Form = "pointwise" });
        await round.Begin(LabeledRound.Run);
        var settled = await round.Settled(LabeledRound.Run);
        Assert.Equal(2 * LabeledRound.Pairs, model.Requests.Count);
        return settled;
    }

    /// <summary>Settled pairs without the votes behind them.</summary>
    private static string Pairs(string settled) => settled.Split('\n')[0];

    private static async Task<string> ByAPerson(PrivateServers servers)
    {
        await using var round = await LabeledRound.Start(servers, "human");
        await round.Begin(LabeledRound.Run);
        await using var desk = new ServerDesk(round.Address, "human", Name, run: null);
        await Eventually.True(
            async () =>
            {
                using var person = new Person(desk, Name);
                await person.Work(Cancel);
                return await round.HasSettled(LabeledRound.Run);
            },
            "the person has labeled all pairs");
        Assert.All(await servers.Messages("human"), queue => Assert.True(queue is { Key: not "label-human" } or { Value: 0 }, $"{queue} is full"));
        return await round.Settled(LabeledRound.Run);
    }

    private static PreferenceLabeled Label(LabelPreference command) => new()
    {
        Id = command.Id,
        RunId = command.RunId,
        PairId = command.PairId,
        Pool = command.Pool,
        Labeler = "mine/1",
        Votes = [.. command.Principles.Select(principle => new Vote { Principle = principle.Id, Preference = Opinion.Of(command.First, command.Second) })],
    };

    /// <summary>A client as any language has one.</summary>
    private sealed class Channel(IConnection connection, IChannel channel) : IAsyncDisposable
    {
        public static async Task<Channel> Open(string broker)
        {
            var connection = await new ConnectionFactory { Uri = new(broker) }.CreateConnectionAsync(Cancel);
            return new(connection, await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), Cancel));
        }

        public ValueTask Publish(string exchange, string body) => channel.BasicPublishAsync(
            exchange, "", mandatory: true, new BasicProperties { ContentType = "application/json", Persistent = true }, Encoding.UTF8.GetBytes(body), Cancel);

        /// <summary>The next message, acknowledged; null: there is none.</summary>
        public async Task<string?> Take(string queue) =>
            await channel.BasicGetAsync(queue, autoAck: true, Cancel) is { } message ? Encoding.UTF8.GetString(message.Body.Span) : null;

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
