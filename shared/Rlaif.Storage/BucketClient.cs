using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace Rlaif.Storage;

/// <summary>Objects of a bucket, sent and read in pieces however large they are. Whatever goes wrong there is a <see cref="BucketException"/>.</summary>
internal sealed class BucketClient : IDisposable
{
    private const int CopyBytes = 128 << 10;

    /// <summary>A body of which nothing comes for so long is given up: it may never come.</summary>
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);

    private readonly BucketSettings settings;
    private readonly AmazonS3Client client;
    private readonly TransferUtility transfer;

    public BucketClient(BucketSettings settings)
    {
        this.settings = settings;
        client = new(new BasicAWSCredentials(settings.Key, settings.Secret), new AmazonS3Config
        {
            ServiceURL = settings.Server.ToString(),
            AuthenticationRegion = settings.Region,
            ForcePathStyle = true,
            // Servers other than Amazon's do not know checksums in trailers; whoever reads has hashes of its own.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 1,      // a connection that went stale; whatever lasts longer is waited for by whoever asks
            ConnectTimeout = TimeSpan.FromSeconds(10),
        });
        transfer = new(client);
    }

    /// <summary>Sends a file, in parts at once when it is large.</summary>
    public Task SendFile(string key, string file, CancellationToken cancel) => Send(new() { Key = key, FilePath = file }, cancel);

    public async Task SendText(string key, string text, CancellationToken cancel)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(text));
        await Send(new() { Key = key, InputStream = body }, cancel);
    }

    /// <summary>A small object's text; null: there is none.</summary>
    /// <param name="most">Bytes after which no more is read.</param>
    public async Task<string?> ReadText(string key, long most, CancellationToken cancel)
    {
        using var answer = await Get(key, cancel);
        if (answer is null)
        {
            return null;
        }

        using var text = new MemoryStream();
        await Copy(answer.ResponseStream, text, most, cancel);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>Writes an object into a new file; the SHA-256 of what was written. Null: there is none.</summary>
    public async Task<string?> ReadFile(string key, string path, CancellationToken cancel)
    {
        using var answer = await Get(key, cancel);
        if (answer is null)
        {
            return null;
        }

        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        return await Copy(answer.ResponseStream, file, long.MaxValue, cancel);
    }

    public void Dispose()
    {
        transfer.Dispose();
        client.Dispose();
    }

    private async Task Send(TransferUtilityUploadRequest request, CancellationToken cancel)
    {
        request.BucketName = settings.Bucket;
        // Over TLS the body goes without a signature of its own: one for each chunk is not known to every server.
        request.DisablePayloadSigning = settings.Server.Scheme == Uri.UriSchemeHttps;
        await Ask(
            async () =>
            {
                await transfer.UploadAsync(request, cancel);
                return true;
            },
            cancel);
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
}
