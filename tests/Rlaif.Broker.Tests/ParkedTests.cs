using Rlaif.Hosting;
using Rlaif.Testing;

namespace Rlaif.Broker.Tests;

[Trait("Speed", "slow"), Collection(nameof(ParkedQueues))]
public class ParkedTests(Servers servers)
{
    [Fact]
    public async Task What_nobody_can_work_on_is_parked_and_the_run_goes_on_to_its_end()
    {
        var run = await servers.Run;
        foreach (var queue in new[] { "rlaif-label_error", "label-rules_error" })
        {
            await Parked(run, queue);
            // Whoever looks holds what it looks at, for a moment.
            IReadOnlyList<ParkedMessage> messages = [];
            await Eventually.True(
                async () => (messages = await run.Get<IReadOnlyList<ParkedMessage>>($"/v1/parked/{queue}")).Count == Poison.Kinds, () => $"{queue} shows {messages.Count} messages");
            Assert.All(messages, message =>
            {
                Assert.NotEmpty(message.Reason);
                Assert.NotNull(message.At);
                Assert.InRange(message.Body.Length, 1, 2001);
                Assert.DoesNotContain(message.Body + message.Reason, char.IsControl);
            });
            Assert.Contains(messages, message => message.Bytes > RlaifBus.LargestMessage);
            Assert.Contains(messages, message => message.Type == "urn:message:somebody:else:v1");
            Assert.Contains(messages, message => message.Body.StartsWith("this is", StringComparison.Ordinal));
        }

        // To look at them took none away.
        await Parked(run, "rlaif-label_error");
    }

    [Fact]
    public async Task What_was_parked_for_a_fault_is_sent_again_when_it_is_mended()
    {
        var run = await servers.Run;
        Assert.NotEmpty(run.Broken);
        Assert.All(run.Broken, message => Assert.Equal("The labeler  [31mis broken.", message.Reason));
        Assert.True(run.Replayed >= run.Broken.Count);
        Assert.DoesNotContain(await run.Get<IReadOnlyList<ParkedQueue>>("/v1/parked"), queue => queue.Queue.StartsWith("label-patched", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dropped_messages_are_gone()
    {
        var run = await servers.Run;
        // A queue of its own: the other tests look at theirs.
        await Poison.Send(run.Broker, "rlaif-declined");
        await Testing.Eventually.True(async () => (await Depth(run, "rlaif-declined_error")) == Poison.Kinds, "all are parked");
        // One of them would be a message of this queue, were it not for its size.
        var parked = await run.Get<IReadOnlyList<ParkedMessage>>("/v1/parked/rlaif-declined_error");
        Assert.Contains(parked, message => message.Bytes > RlaifBus.LargestMessage && message.Reason.Contains("limit", StringComparison.Ordinal));
        var dropped = 0;
        await Testing.Eventually.True(
            async () => (dropped += await run.Post("/v1/parked/rlaif-declined_error/drop")) == Poison.Kinds, () => $"all are dropped, {dropped} are", glance: TimeSpan.FromMilliseconds(500));
        Assert.Equal(0, await Depth(run, "rlaif-declined_error"));
        Assert.Equal(0, await run.Post("/v1/parked/rlaif-declined_dead/drop"));
    }

    [Fact]
    public async Task A_look_shows_none_twice_while_somebody_else_holds_some_of_them()
    {
        const string Queue = "rlaif-evaluate-policy_error";
        const int Messages = 40;
        var run = await servers.Run;
        await Poison.Send(run.Broker, "rlaif-evaluate-policy", [.. Enumerable.Range(0, Messages).Select(one => ($"no JSON {one}", (string?)null))]);
        await Testing.Eventually.True(async () => await Depth(run, Queue) == Messages, "all are parked", glance: TimeSpan.FromMilliseconds(500));
        await using var connection = await run.Broker.Connect(TestContext.Current.CancellationToken);
        for (var look = 0; look < 5; look++)
        {
            var looking = run.Get<IReadOnlyList<ParkedMessage>>($"/v1/parked/{Queue}?limit={Messages}");
            // Given back once for each look: a quorum queue counts how often.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
            for (var held = 0; held < Messages / 2 && !looking.IsCompleted; held++)
            {
                await channel.BasicGetAsync(Queue, autoAck: false, TestContext.Current.CancellationToken);
            }

            var shown = await looking;
            Assert.Equal(shown.Count, shown.Select(message => message.Body).Distinct(StringComparer.Ordinal).Count());
        }

        await Testing.Eventually.True(
            async () => (await run.Get<IReadOnlyList<ParkedMessage>>($"/v1/parked/{Queue}?limit={Messages}")).Count == Messages, "none is lost", glance: TimeSpan.FromMilliseconds(500));
        await run.Post($"/v1/parked/{Queue}/drop");
    }

    [Theory]
    [InlineData("rlaif-label")]
    [InlineData("label-rules")]
    [InlineData("nobody_error")]
    [InlineData("rlaif-label_other")]
    public async Task Only_queues_of_parked_messages_are_touched(string queue)
    {
        var run = await servers.Run;
        using var answer = await run.Api.PostAsync($"/v1/parked/{queue}/drop", null, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Every_queue_of_the_services_is_known()
    {
        await servers.Run;
        var queues = (await (await servers.Private).Messages(WholeRun.VirtualHost)).Keys.Where(name => !name.Contains('_', StringComparison.Ordinal));
        Assert.Equal(ParkedQueues.Services.Append("label-patched").Order(StringComparer.Ordinal), queues.Order(StringComparer.Ordinal));
    }

    // A broker on a busy machine may say that a queue is empty because it was not quick enough; the next look tells.
    private static Task Parked(WholeRun run, string queue) => Testing.Eventually.True(
        async () => await Depth(run, queue) == Poison.Kinds, $"{queue} holds all of its poison", glance: TimeSpan.FromMilliseconds(500));

    private static async Task<long> Depth(WholeRun run, string queue) =>
        (await run.Get<IReadOnlyList<ParkedQueue>>("/v1/parked")).FirstOrDefault(parked => parked.Queue == queue)?.Messages ?? 0;
}
