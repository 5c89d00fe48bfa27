namespace Rlaif.Storage;

/// <summary>Artifacts in a bucket: the files of each under its name, and beside them NAME.sha256, which is written last. One that has it is
/// complete.</summary>
/// <remarks>That object's own SHA-256 is the artifact's name, so nothing that was read is believed: neither it nor the files that it lists.</remarks>
public sealed class ArtifactBucket : IDisposable
{
    private const int LargestManifest = 16 << 20;

    /// <summary>What is asked for to see whether the bucket answers, and the key may ask: the name of no artifact.</summary>
    private static readonly string Nothing = new('0', 64);

    private readonly BucketSettings settings;
    private readonly BucketClient objects;

    public ArtifactBucket(BucketSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (this.settings, objects) = (settings, new(settings));
    }

    /// <summary>Held while an artifact is downloaded: one at a time, they share one network.</summary>
    internal SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Returns when the bucket answers.</summary>
    /// <exception cref="BucketException">It does not, or refuses.</exception>
    public Task Probe(CancellationToken cancel) => Holds(Nothing, cancel);

    /// <summary>Whether an artifact is there and complete.</summary>
    /// <exception cref="BucketException">Nobody can say.</exception>
    public async Task<bool> Holds(string artifact, CancellationToken cancel) => await Manifest(artifact, cancel) is not null;

    /// <summary>Its address.</summary>
    public override string ToString() => settings.ToString();

    public void Dispose()
    {
        objects.Dispose();
        Turn.Dispose();
    }

    /// <summary>Sends a folder, unless it is there. Killed in the middle it was never there, and the next time mends it.</summary>
    /// <exception cref="BucketException">Not all of it arrived.</exception>
    internal async Task Upload(ArtifactManifest manifest, string folder, CancellationToken cancel)
    {
        if (await Manifest(manifest.Artifact, cancel) == manifest.Text)
        {
            return;
        }

        foreach (var file in manifest.Files)
        {
            await objects.SendFile(KeyOf(manifest.Artifact, file.Name), Path.Combine(folder, file.Name), cancel);
        }

        await objects.SendText(ManifestKey(manifest.Artifact), manifest.Text, cancel);
    }

    /// <summary>Fills an empty folder with an artifact; false when the bucket does not have it.</summary>
    /// <exception cref="BucketException">It cannot be read, or is not what its name says: what is in the folder then is worth nothing.</exception>
    internal async Task<bool> Download(string artifact, string folder, CancellationToken cancel)
    {
        if (await Manifest(artifact, cancel) is not { } text)
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
            if (await objects.ReadFile(KeyOf(artifact, file.Name), path, cancel) != file.Sha256)
            {
                throw Damaged(artifact, KeyOf(artifact, file.Name));
            }
        }

        return true;
    }

    private Task<string?> Manifest(string artifact, CancellationToken cancel) => objects.ReadText(ManifestKey(artifact), LargestManifest, cancel);

    private string ManifestKey(string artifact) => $"{settings.Prefix}{artifact}.sha256";

    private string KeyOf(string artifact, string file) => $"{settings.Prefix}{artifact}/{file}";

    private BucketException Damaged(string artifact, string key) => new(
        $"Artifact {artifact} in the bucket {settings} is damaged: {key} is missing or not what the artifact's name stands for, so nothing of it " +
        $"is used. Restore it there, or delete {ManifestKey(artifact)} there and store the artifact again; runs that need it wait.");
}
