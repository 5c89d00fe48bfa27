using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;

namespace Rlaif.Storage;

/// <summary>The bucket cannot be used, in one sentence without its key or secret.</summary>
public sealed class BucketException : IOException
{
    public BucketException(string message, bool passes = false, Exception? cause = null)
        : base(message, cause) => Passes = passes;

    /// <summary>It passes: the server is away, busy, or starts.</summary>
    public bool Passes { get; }

    /// <summary>Whether it is the bucket's, or the network's between; not the disk's, for instance.</summary>
    internal static bool Is(Exception error) => error is AmazonServiceException or AmazonClientException or HttpRequestException or HttpIOException
        or TimeoutException or OperationCanceledException or IOException { InnerException: SocketException };

    internal static BucketException Of(Exception error, BucketSettings bucket) => error switch
    {
        AmazonServiceException { StatusCode: >= HttpStatusCode.MultipleChoices } answer => Answered(answer, bucket),
        _ when error.GetBaseException() is AuthenticationException tls => new($"The bucket {bucket} cannot prove who it is: {Line(tls)}", cause: error),
        _ => new($"The bucket {bucket} does not answer: {Line(error)}", passes: true, error),
    };

    private static BucketException Answered(AmazonServiceException error, BucketSettings bucket)
    {
        var said = error.ErrorCode is { Length: > 0 } code ? code : error.StatusCode.ToString();
        return (error.StatusCode, said) switch
        {
            ( >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout, _)
                or (_, "RequestTimeout" or "SlowDown") => new($"The bucket {bucket} cannot answer now ({said}).", passes: true, error),
            (_, "NoSuchBucket") => new($"There is no bucket {bucket}; create it, or name another in RLAIF_S3.", cause: error),
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => new(
                $"The bucket {bucket} refuses the key ({said}); are RLAIF_S3_KEY and RLAIF_S3_SECRET right, and may it list, read and write there?",
                cause: error),
            _ => new($"The bucket {bucket} refuses ({said}): {Line(error)}", cause: error),
        };
    }

    private static string Line(Exception error) => error.GetBaseException().Message.Split('\n')[0].TrimEnd('.', '\r') + ".";
}
