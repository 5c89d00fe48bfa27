using Amazon.Runtime;
using Amazon.S3;
using Rlaif.Testing;

namespace Rlaif.Storage.Tests;

/// <summary>One S3 server for all tests that do not stop it.</summary>
public sealed class SharedS3 : IAsyncDisposable
{
    private readonly Lazy<Task<PrivateS3>> server = new(PrivateS3.Start);

    internal Task<PrivateS3> Server => server.Value;

    public async ValueTask DisposeAsync()
    {
        if (server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await server.Value).DisposeAsync();
        }
    }
}

/// <summary>Processes that share nothing but a bucket, and who looks into it past them.</summary>
internal sealed class BucketWorld : IAsyncDisposable
{
    private readonly List<ArtifactBucket> opened = [];
    private readonly AmazonS3Client raw;

    private BucketWorld(PrivateS3 server, Doorkeeper door)
    {
        (Server, Door) = (server, door);
        raw = new(new BasicAWSCredentials(PrivateS3.Key, PrivateS3.Secret), new AmazonS3Config
        {
            ServiceURL = server.Address.ToString(), ForcePathStyle = true, RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        });
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("rlaif-bucket-").FullName;

    public PrivateS3 Server { get; }

    public Doorkeeper Door { get; }

    /// <summary>Its own part of the bucket.</summary>
    public string Prefix => $"{Path.GetFileName(Folder)}/of mine/";

    public BucketSettings Settings => new(Door.Address, PrivateS3.Bucket, Prefix, "us-east-1", PrivateS3.Key, PrivateS3.Secret);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<BucketWorld> Around(PrivateS3 server) => new(server, await Doorkeeper.Before(server.Address));

    /// <summary>A process with a cache of its own.</summary>
    public ArtifactStore Process(string name, BucketSettings? settings = null)
    {
        var bucket = new ArtifactBucket(settings ?? Settings);
        opened.Add(bucket);
        return new(Path.Combine(Folder, name), name, bucket);
    }

    public static string Stage(ArtifactStore store, params (string File, string Content)[] files)
    {
        var staged = store.Stage("staged");
        foreach (var (file, content) in files)
        {
            var path = Path.Combine(staged, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        return staged;
    }

    public async Task<string> Read(string key)
    {
        using var answer = await raw.GetObjectAsync(PrivateS3.Bucket, key, Cancel);
        using var text = new StreamReader(answer.ResponseStream);
        return await text.ReadToEndAsync(Cancel);
    }

    public async Task Write(string key, string text) => await raw.PutObjectAsync(new() { BucketName = PrivateS3.Bucket, Key = key, ContentBody = text }, Cancel);

    public async Task Delete(string key) => await raw.DeleteObjectAsync(PrivateS3.Bucket, key, Cancel);

    public async ValueTask DisposeAsync()
    {
        opened.ForEach(one => one.Dispose());
        raw.Dispose();
        await Door.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
