using System.Security.Cryptography;
using System.Text;

namespace Rlaif.Storage;

/// <summary>A folder of immutable artifacts, each named by the SHA-256 of what it holds: weights, data sets, constitutions.</summary>
/// <remarks>The name is the hash of the lines "sha256  file", by file name: a second write of the same content finds it there.
/// Everything is written aside and renamed, so a name that exists is complete. With a bucket, that has all of them, and the folder is a
/// cache of this process: what is in it is in the bucket, or was.</remarks>
public sealed class ArtifactStore
{
    private readonly string root;
    private readonly string staging;
    private readonly ArtifactBucket? bucket;

    /// <param name="writer">Names this process among all that write here; what it left unfinished when it died is taken away.</param>
    /// <param name="bucket">Null: the folder is all there is, and all processes share it.</param>
    public ArtifactStore(string folder, string writer = "only", ArtifactBucket? bucket = null)
    {
        (root, this.bucket) = (folder, bucket);
        staging = Path.Combine(folder, "staging", writer);
        if (Directory.Exists(staging))
        {
            Directory.Delete(staging, recursive: true);
        }

        Directory.CreateDirectory(staging);
    }

    /// <summary>The folder of an artifact, downloaded unless it is here.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none of that name.</exception>
    /// <exception cref="BucketException">It cannot be downloaded, or is not what its name says.</exception>
    public async Task<string> Fetch(string artifact, CancellationToken cancel) =>
        IsHere(artifact) || await Download(artifact, cancel) ? Folder(artifact) : throw new DirectoryNotFoundException(bucket is null
            ? $"Artifact {artifact} is not in {root}. It was deleted or this is another home; runs that need it cannot go on."
            : $"Artifact {artifact} is neither in {root} nor in the bucket {bucket}. It was deleted or this is another one; runs that need it cannot go on.");

    /// <summary>False for whatever is not the name of an artifact, a path for instance.</summary>
    /// <exception cref="BucketException">It is not here, and the bucket does not say whether it is there.</exception>
    public async Task<bool> Holds(string artifact, CancellationToken cancel) =>
        IsHere(artifact) || (bucket is not null && IsSha256(artifact) && await bucket.Holds(artifact, cancel));

    /// <summary>An empty folder of this process on the same disk, to be filled and given to <see cref="Add"/>. The same name is the same folder, emptied.</summary>
    public string Stage(string name)
    {
        Discard(name);
        return Directory.CreateDirectory(Path.Combine(staging, name)).FullName;
    }

    /// <summary>Takes away a folder that was not given to <see cref="Add"/>.</summary>
    public void Discard(string name)
    {
        var folder = Path.Combine(staging, name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Takes a filled folder in; returns the artifact's name. After a failure it is as it was, to be given again.</summary>
    /// <exception cref="BucketException">It could not be uploaded.</exception>
    public async Task<string> Add(string staged, CancellationToken cancel)
    {
        var manifest = ArtifactManifest.Of(staged);
        if (bucket is not null)
        {
            await bucket.Upload(manifest, staged, cancel);      // before it is here: nobody is told of what others cannot have
        }

        Keep(staged, manifest.Artifact);
        return manifest.Artifact;
    }

    /// <summary>A one-file artifact.</summary>
    public async Task<string> AddText(string stageName, string file, string content, CancellationToken cancel)
    {
        var staged = Stage(stageName);
        await File.WriteAllBytesAsync(Path.Combine(staged, file), Encoding.UTF8.GetBytes(content), cancel);
        return await Add(staged, cancel);
    }

    /// <summary>A one-file artifact of JSON lines, written as they are read. Null: there are none, and so no artifact.</summary>
    public async Task<string?> AddLines<T>(string stageName, string file, IAsyncEnumerable<T> lines, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var (staged, isEmpty) = (Stage(stageName), true);
        await using (var output = new StreamWriter(Path.Combine(staged, file)))
        {
            await foreach (var line in lines.WithCancellation(cancel))
            {
                await output.WriteAsync(Json.Of(line) + '\n');
                isEmpty = false;
            }
        }

        return isEmpty ? null : await Add(staged, cancel);
    }

    /// <summary>SHA-256 of a file's bytes, lower-case hexadecimal.</summary>
    public static string Sha256(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The name that a folder's content has.</summary>
    public static string NameOf(string folder) => ArtifactManifest.Of(folder).Artifact;

    internal static bool IsSha256(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    // Whoever waited for the same artifact finds it here afterwards.
    private async Task<bool> Download(string artifact, CancellationToken cancel)
    {
        if (bucket is null || !IsSha256(artifact))
        {
            return false;
        }

        await bucket.Turn.WaitAsync(cancel);
        try
        {
            var staged = Stage("download");     // and whatever is left of one that failed is gone
            if (!IsHere(artifact) && await bucket.Download(artifact, staged, cancel))
            {
                Keep(staged, artifact);
            }

            return IsHere(artifact);
        }
        finally
        {
            bucket.Turn.Release();
        }
    }

    private void Keep(string staged, string artifact)
    {
        var target = Folder(artifact);
        if (Directory.Exists(target))
        {
            Directory.Delete(staged, recursive: true);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        FlushToDisk(staged);
        try
        {
            Directory.Move(staged, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            Directory.Delete(staged, recursive: true);      // somebody else was faster with the same content
        }
    }

    // A name that exists is complete, after a power cut too.
    private static void FlushToDisk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using var written = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(written);
        }
    }

    private bool IsHere(string artifact) => IsSha256(artifact) && Directory.Exists(Folder(artifact));

    private string Folder(string artifact) => Path.Combine(root, artifact[..2], artifact);
}
