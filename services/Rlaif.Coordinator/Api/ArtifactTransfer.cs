using System.Formats.Tar;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Api;

/// <summary>Artifacts as tar streams: regular files, folders only in their names.</summary>
public static class ArtifactTransfer
{
    /// <summary>Writes an artifact, file after file by name.</summary>
    public static async Task Write(ArtifactStore artifacts, string artifact, Stream output, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        var folder = await artifacts.Fetch(artifact, cancel);       // before a byte is sent
        await using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            await tar.WriteEntryAsync(file, Path.GetRelativePath(folder, file).Replace('\\', '/'), cancel);
        }
    }

    /// <summary>Reads an artifact in, unless it is there.</summary>
    /// <exception cref="InputException">It is no tar of plain files, or holds something else than its name says; nothing of it is kept.</exception>
    public static async Task Read(ArtifactStore artifacts, string artifact, Stream input, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        var staged = artifacts.Stage($"upload-{Guid.CreateVersion7():N}");
        try
        {
            await Unpack(input, staged, cancel);
            var name = ArtifactStore.NameOf(staged);
            if (name != artifact)
            {
                throw new InputException($"What was sent as artifact {artifact} is {name}: it was damaged on its way, or named wrongly. Send it again.");
            }

            await artifacts.Add(staged, cancel);
        }
        finally
        {
            if (Directory.Exists(staged))
            {
                Directory.Delete(staged, recursive: true);
            }
        }
    }

    private static async Task Unpack(Stream input, string folder, CancellationToken cancel)
    {
        try
        {
            await using var tar = new TarReader(input, leaveOpen: true);
            while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            {
                // A name from outside: only a file inside this folder.
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.Name.Contains('\\', StringComparison.Ordinal)
                    || entry.Name.Split('/').Any(part => part is "" or "." or ".."))
                {
                    throw new InputException("An artifact is a tar of plain files inside its folder, without links; nothing was kept.");
                }

                var file = Path.Combine(folder, entry.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await entry.ExtractToFileAsync(file, overwrite: false, cancel);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new InputException($"What was sent is no complete tar: {error.Message}", error);
        }
    }
}
