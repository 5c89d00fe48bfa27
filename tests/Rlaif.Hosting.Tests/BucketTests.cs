using System.Net;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Hosting.Tests;

/// <summary>A process whose artifacts are in a bucket: what its settings say, and when it is ready.</summary>
public sealed class BucketTests : IDisposable
{
    private const string Secret = "canary-s11b8";

    private static readonly ServiceModule Idle = new("idle", _ => { }, _ => { });

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-bucket-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("https://s3.example.com/models", "https://s3.example.com/", "models", "")]
    [InlineData("http://localhost:9000/models/", "http://localhost:9000/", "models", "")]
    [InlineData("https://s3.example.com/models/runs/of%20mine", "https://s3.example.com/", "models", "runs/of mine/")]
    public void An_address_names_server_bucket_and_prefix(string address, string server, string bucket, string prefix)
    {
        var settings = Read(("RLAIF_S3", address), ("RLAIF_S3_KEY", "key"), ("RLAIF_S3_SECRET", Secret)).Bucket!;
        Assert.Equal((server, bucket, prefix, "us-east-1"), (settings.Server.ToString(), settings.Bucket, settings.Prefix, settings.Region));
        Assert.DoesNotContain(Secret, settings.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_may_be_in_a_file_and_a_region_is_taken_as_it_is()
    {
        var file = Path.Combine(folder, "secret");
        File.WriteAllText(file, Secret + "\n");
        var settings = Read(
            ("RLAIF_S3", "https://s3.example.com/models"), ("RLAIF_S3_KEY", "key"), ("RLAIF_S3_SECRET_FILE", file), ("RLAIF_S3_REGION", "eu-central-2")).Bucket!;
        Assert.Equal(("key", Secret, "eu-central-2"), (settings.Key, settings.Secret, settings.Region));
    }

    [Fact]
    public void Without_an_address_there_is_no_bucket() => Assert.Null(Read(("RLAIF_S3_KEY", "key")).Bucket);

    [Theory]
    [InlineData("RLAIF_S3", "RLAIF_S3", Secret)]
    [InlineData("RLAIF_S3", "RLAIF_S3", "ftp://s3.example.com/models")]
    [InlineData("RLAIF_S3", "RLAIF_S3", "https://s3.example.com")]
    [InlineData("RLAIF_S3", "RLAIF_S3", $"https://key:{Secret}@s3.example.com/models")]
    [InlineData("RLAIF_S3", "RLAIF_S3", $"https://s3.example.com/models?X-Amz-Signature={Secret}")]
    [InlineData("RLAIF_S3_KEY", "RLAIF_S3_KEY", "")]
    [InlineData("RLAIF_S3_SECRET", "RLAIF_S3_SECRET", "")]
    [InlineData("RLAIF_S3_SECRET_FILE", "RLAIF_S3_SECRET_FILE", "/nowhere")]
    public void What_cannot_be_used_is_said_by_its_name_and_without_the_secret(string said, string name, string value)
    {
        var settings = new Dictionary<string, string>
        {
            ["RLAIF_S3"] = "https://s3.example.com/models", ["RLAIF_S3_KEY"] = "key", ["RLAIF_S3_SECRET"] = Secret, [name] = value,
        };
        var error = Assert.Throws<InputException>(() => Read([.. settings.Select(one => (one.Key, one.Value))]));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bucket_that_is_away_is_worth_waiting_for_and_one_that_refuses_is_not()
    {
        Assert.True(RlaifBus.HealsByWaiting(new BucketException("It is away.", passes: true)));
        Assert.False(RlaifBus.HealsByWaiting(new BucketException("It refuses.")));
    }

    [Fact]
    public async Task A_process_waits_for_its_bucket_at_its_start_and_is_not_ready_while_it_is_away()
    {
        await using var server = await PrivateS3.Start();
        await server.Stop();
        var deployment = On(server, PrivateS3.Secret);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = RlaifHost.Run(deployment, Idle, stop.Token);
        using var client = new HttpClient { BaseAddress = deployment.Listen };
        await server.Continue();
        await Eventually.True(async () => await Status(client, "ready") == HttpStatusCode.OK, "it came up");
        await server.Stop();
        await Eventually.True(async () => await Status(client, "ready") == HttpStatusCode.ServiceUnavailable, "it is not ready");
        Assert.Equal(HttpStatusCode.OK, await Status(client, "live"));
        await server.Continue();
        await Eventually.True(async () => await Status(client, "ready") == HttpStatusCode.OK, "it is ready again");
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_process_with_a_wrong_secret_says_so_and_does_not_start()
    {
        await using var server = await PrivateS3.Start();
        var error = await Assert.ThrowsAsync<BucketException>(() => RlaifHost.Run(On(server, Secret), Idle, Cancel));
        Assert.Contains("RLAIF_S3_SECRET", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
    }

    private Deployment On(PrivateS3 server, string secret) => Deployment.Embedded(new(folder)) with
    {
        Listen = new($"http://127.0.0.1:{PrivateServers.FreePorts(1)}"),
        Bucket = new(server.Address, PrivateS3.Bucket, "", "us-east-1", PrivateS3.Key, secret),
    };

    private Deployment Read(params (string Name, string Value)[] settings) => Deployment.Read(new(
        name => name == "RLAIF_HOME" ? folder : settings.FirstOrDefault(one => one.Name == name).Value));

    private static async Task<HttpStatusCode?> Status(HttpClient client, string what)
    {
        try
        {
            return (await client.GetAsync(new Uri($"/healthz/{what}", UriKind.Relative), Cancel)).StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;        // it does not listen yet
        }
    }
}
