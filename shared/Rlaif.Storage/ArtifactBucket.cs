using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Rlaif.Storage;

/// <summary>Artifacts in a bucket: the files of each under its name, and beside them NAME.sha256, which is written last. One that has it is complete.</summary>
/// <remarks>That object's own SHA-256 is the artifact's name, so nothing that was read is believed: neither it nor the files that it lists.</remarks>
public sealed class ArtifactBucket : IDisposable
{
    private const int LargestManifest = 16 << 20, CopyBytes = 128 << 10;

    /// <summary>What is asked for to see whether the bucket answers, and the key may ask: the name of no artifact.</summary>
    private static readonly string Nothing = new('0', 64);

    /// <summary>A body of which nothing comes for so long is given up: it may never come.</summary>
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);

    private readonly BucketSettings settings;
    private readonly AmazonS3Client client;
    private readonly TransferUtility transfer;

    public ArtifactBucket(BucketSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        this.settings = settings;
        client = new(new BasicAWSCredentials(settings.Key, settings.Secret), new AmazonS3Config
        {
            ServiceURL = settings.Server.ToString(),
            AuthenticationRegion = settings.Region,
            ForcePathStyle = true,
            // Servers other than Amazon's do not know checksums in trailers. Ours are in the manifest.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 1,      // a connection that went stale; whatever lasts longer is waited for by whoever asks
            ConnectTimeout = TimeSpan.FromSeconds(10),
        });
        transfer = new(client);
    }

    /// <summary>Held while an artifact is downloaded: one at a time, they share one network.</summary>
    internal SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Returns when the bucket answers.</summary>
    /// <exception cref="BucketException">It does not, or refuses.</exception>
    public Task Probe(CancellationToken cancel) => Holds(Nothing, cancel);

    /// <summary>Whether an artifact is there and complete.</summary>
    /// <exception cref="BucketException">Nobody can say.</exception>
    public async Task<bool> Holds(string artifact, CancellationToken cancel) => await ReadManifest(artifact, cancel) is not null;

    /// <summary>Sends a folder, unless it is there. Killed in the middle it was never there, and the next time mends it.</summary>
    /// <exception cref="BucketException">Not all of it arrived.</exception>
    internal async Task Upload(ArtifactManifest manifest, string folder, CancellationToken cancel)
    {
        if (await ReadManifest(manifest.Artifact, cancel) == manifest.Text)
        {
            return;
        }

        foreach (var file in manifest.Files)
        {
            await Ask(() => transfer.UploadAsync(Sent(new TransferUtilityUploadRequest
            {
                Key = KeyOf(manifest.Artifact, file.Name),
                FilePath = Path.Combine(folder, file.Name),
            }), cancel), cancel);
        }

        using var last = new MemoryStream(Encoding.UTF8.GetBytes(manifest.Text));
        await Ask(() => transfer.UploadAsync(Sent(new TransferUtilityUploadRequest { Key = ManifestKey(manifest.Artifact), InputStream = last }), cancel), cancel);
    }

    /// <summary>Fills an empty folder with an artifact; false when the bucket does not have it.</summary>
    /// <exception cref="BucketException">It cannot be read, or is not what its name says: what is in the folder then is worth nothing.</exception>
    internal async Task<bool> Download(string artifact, string folder, CancellationToken cancel)
    {
        if (await ReadManifest(artifact, cancel) is not { } text)
        {
            return false;
        }

        if (!ArtifactManifest.TryParse(text, out var manifest) || manifest.Artifact != artifact)
        {
            throw Damaged(artifact, ManifestKey(artifact));
        }

        foreach (var file in manifest.Files)
        {
            var path = Path.Combine(folder, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (await Copy(KeyOf(artifact, file.Name), path, cancel) != file.Sha256)
            {
                throw Damaged(artifact, KeyOf(artifact, file.Name));
            }
        }

        return true;
    }

    /// <summary>Its address.</summary>
    public override string ToString() => settings.ToString();

    public void Dispose()
    {
        transfer.Dispose();
        client.Dispose();
        Turn.Dispose();
    }

    private string ManifestKey(string artifact) => $"{settings.Prefix}{artifact}.sha256";

    private string KeyOf(string artifact, string file) => $"{settings.Prefix}{artifact}/{file}";

    // Over TLS the body goes without a signature of its own: one for each chunk is not known to every server.
    private TransferUtilityUploadRequest Sent(TransferUtilityUploadRequest request)
    {
        (request.BucketName, request.DisablePayloadSigning) = (settings.Bucket, settings.Server.Scheme == Uri.UriSchemeHttps);
        return request;
    }

    private async Task<string?> ReadManifest(string artifact, CancellationToken cancel)
    {
        using var answer = await Get(ManifestKey(artifact), cancel);
        if (answer is null)
        {
            return null;
        }

        using var text = new MemoryStream();
        await Copy(answer.ResponseStream, text, LargestManifest, cancel);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>Writes an object into a file; the SHA-256 of what was written. One that is missing has none.</summary>
    private async Task<string> Copy(string key, string path, CancellationToken cancel)
    {
        using var answer = await Get(key, cancel);
        if (answer is null)
        {
            return "";
        }

        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        return await Copy(answer.ResponseStream, file, long.MaxValue, cancel);
    }

    private async Task<string> Copy(Stream from, Stream to, long most, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            while (most > 0)
            {
                limit.CancelAfter(Stall);
                var read = await Ask(() => from.ReadAsync(buffer, limit.Token).AsTask(), cancel);
                if (read == 0)
                {
                    break;
                }

                hash.AppendData(buffer, 0, read);
                await to.WriteAsync(buffer.AsMemory(0, read), cancel);
                most -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private Task<GetObjectResponse?> Get(string key, CancellationToken cancel) => Ask<GetObjectResponse?>(
        async () =>
        {
            try
            {
                return await client.GetObjectAsync(settings.Bucket, key, cancel);
            }
            catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound && missing.ErrorCode == "NoSuchKey")
            {
                return null;
            }
        },
        cancel);

    private async Task<T> Ask<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        try
        {
            return await work();
        }
        catch (Exception error) when (!cancel.IsCancellationRequested && BucketException.Is(error))
        {
            throw BucketException.Of(error, settings);
        }
    }

    private Task<bool> Ask(Func<Task> work, CancellationToken cancel) => Ask(
        async () =>
        {
            await work();
            return true;
        },
        cancel);

    private BucketException Damaged(string artifact, string key) => new(
        $"Artifact {artifact} in the bucket {settings} is damaged: {key} is missing or not what the artifact's name stands for, so nothing of it is used. " +
        $"Restore it there, or delete {ManifestKey(artifact)} there and store the artifact again; runs that need it wait.");
}
