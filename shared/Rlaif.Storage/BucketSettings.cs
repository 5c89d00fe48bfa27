namespace Rlaif.Storage;

/// <summary>A bucket of S3, or of any server that speaks like it.</summary>
/// <param name="Server">https://host[:port]; buckets are in its path, never in its host.</param>
/// <param name="Prefix">Before the names of all objects, with a slash at its end; empty: none.</param>
public sealed record BucketSettings(Uri Server, string Bucket, string Prefix, string Region, string Key, string Secret)
{
    /// <summary>Without key and secret: records print themselves.</summary>
    public override string ToString() => new Uri(Server, $"{Bucket}/{Prefix}").ToString().TrimEnd('/');
}
