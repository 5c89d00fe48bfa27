using System.Net.Sockets;
using Rlaif.Testing;

namespace Rlaif.Storage.Tests;

/// <summary>What is said of a bucket that cannot be used, and whether it is worth waiting.</summary>
public sealed class BucketFailureTests(SharedS3 shared) : IClassFixture<SharedS3>, IAsyncLifetime
{
    private BucketWorld world = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => world = await BucketWorld.Around(await shared.Server);

    public ValueTask DisposeAsync() => world?.DisposeAsync() ?? default;

    [Fact]
    public async Task A_server_that_stopped_is_waited_for_and_has_everything_when_it_comes_back()
    {
        await using var server = await PrivateS3.Start();
        await using var own = await BucketWorld.Around(server);
        var direct = own.Settings with { Server = server.Address };
        var (mine, other) = (own.Process("mine", direct), own.Process("other", direct));
        var artifact = await mine.AddText("s", "data", "one", Cancel);
        await server.Stop();
        Assert.Equal(artifact, ArtifactStore.NameOf(await mine.Fetch(artifact, Cancel)));       // what is here needs no bucket
        var staged = BucketWorld.Stage(mine, ("data", "two"));
        Assert.All(
            [
                await Fails(() => other.Fetch(artifact, Cancel)), await Fails(() => other.Holds(artifact, Cancel)), await Fails(() => mine.Add(staged, Cancel)),
                await Fails(() => new ArtifactBucket(direct).Probe(Cancel)),
            ],
            error => Assert.True(error.Passes, error.Message));
        await server.Continue();
        Assert.Equal(artifact, ArtifactStore.NameOf(await other.Fetch(artifact, Cancel)));
        Assert.True(await other.Holds(await mine.Add(staged, Cancel), Cancel));
    }

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(503, "SlowDown")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(400, "RequestTimeout")]
    public async Task A_server_that_is_busy_is_waited_for(int status, string code)
    {
        world.Door.Refuse = _ => (status, code);
        var error = await Fails(() => world.Process("mine").AddText("s", "data", "one", Cancel));
        Assert.True(error.Passes, error.Message);
        Assert.Contains(code, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_ends_in_the_middle_is_waited_for_and_not_kept()
    {
        var artifact = await world.Process("mine").AddText("s", "data", new string('x', 1_000_000), Cancel);
        var other = world.Process("other");
        world.Door.Cut = asked => asked.EndsWith("/data", StringComparison.Ordinal);
        var error = await Fails(() => other.Fetch(artifact, Cancel));
        Assert.True(error.Passes, error.Message);
        world.Door.Cut = _ => false;
        Assert.Equal(artifact, ArtifactStore.NameOf(await other.Fetch(artifact, Cancel)));
    }

    [Fact]
    public async Task A_server_that_accepts_and_says_nothing_is_left_when_whoever_asks_is_told_to_stop()
    {
        using var silent = new TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var bucket = new ArtifactBucket(world.Settings with { Server = new($"http://{silent.LocalEndpoint}") });
        var asking = bucket.Probe(stop.Token);
        using var accepted = await silent.AcceptTcpClientAsync(Cancel);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task A_bucket_that_answers_is_probed_in_silence()
    {
        using var bucket = new ArtifactBucket(world.Settings);
        await bucket.Probe(Cancel);
        Assert.Single(world.Door.Requests);
    }

    [Fact]
    public async Task A_wrong_secret_is_one_sentence_without_it()
    {
        const string wrong = "canary-w70d2";
        var settings = world.Settings with { Secret = wrong };
        using var bucket = new ArtifactBucket(settings);
        Assert.All(
            [
                await Fails(() => bucket.Probe(Cancel)), await Fails(() => world.Process("mine", settings).AddText("s", "data", "one", Cancel)),
                await Fails(() => world.Process("mine", settings).Holds(new string('a', 64), Cancel)),
            ],
            error =>
            {
                Assert.False(error.Passes);
                Assert.All(["RLAIF_S3_SECRET", "SignatureDoesNotMatch", world.Door.Address.Authority], said => Assert.Contains(said, error.Message, StringComparison.Ordinal));
                Assert.DoesNotContain('\n', error.Message);
                Assert.DoesNotContain("canary-", error.ToString(), StringComparison.Ordinal);
            });
        Assert.DoesNotContain("canary-", settings.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary-", bucket.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_nobody_knows_and_a_bucket_that_is_not_there_are_said_to_be_so()
    {
        using var stranger = new ArtifactBucket(world.Settings with { Key = "nobody" });
        using var nowhere = new ArtifactBucket(world.Settings with { Bucket = "nowhere" });
        var (refused, missing) = (await Fails(() => stranger.Probe(Cancel)), await Fails(() => nowhere.Probe(Cancel)));
        Assert.Contains("RLAIF_S3_KEY", refused.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/", missing.Message, StringComparison.Ordinal);
        Assert.Contains("create it", missing.Message, StringComparison.Ordinal);
        Assert.False(refused.Passes || missing.Passes);
    }

    private static Task<BucketException> Fails(Func<Task> work) => Assert.ThrowsAsync<BucketException>(work);
}
