using System.Security.Cryptography;
using System.Text;

namespace Rlaif.Storage;

/// <summary>A folder of immutable artifacts, each named by the SHA-256 of what it holds: weights, data sets, constitutions.</summary>
/// <remarks>The name is the hash of the lines "sha256  file", by file name: a second write of the same content finds it there.
/// Everything is written aside and renamed, so a name that exists is complete.</remarks>
public sealed class ArtifactStore
{
    private readonly string root;
    private readonly string staging;

    /// <param name="writer">Names this process among all that write here; what it left unfinished when it died is taken away.</param>
    public ArtifactStore(string folder, string writer = "only")
    {
        root = folder;
        staging = Path.Combine(folder, "staging", writer);
        if (Directory.Exists(staging))
        {
            Directory.Delete(staging, recursive: true);
        }

        Directory.CreateDirectory(staging);
    }

    /// <summary>The folder of an artifact.</summary>
    public string PathOf(string artifact) =>
        Holds(artifact) ? Folder(artifact) : throw new DirectoryNotFoundException(
            $"Artifact {artifact} is not in {root}. It was deleted or this is another home; runs that need it cannot go on.");

    /// <summary>False for whatever is not the name of an artifact, a path for instance.</summary>
    public bool Holds(string artifact) => IsName(artifact) && Directory.Exists(Folder(artifact));

    /// <summary>An empty folder of this process on the same disk, to be filled and given to <see cref="Add"/>. The same name is the same folder, emptied.</summary>
    public string Stage(string name)
    {
        var folder = Path.Combine(staging, name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Takes a filled folder in; returns the artifact's name.</summary>
    public string Add(string staged)
    {
        var artifact = NameOf(staged);
        var target = Folder(artifact);
        if (Directory.Exists(target))
        {
            Directory.Delete(staged, recursive: true);
            return artifact;
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

        return artifact;
    }

    /// <summary>A one-file artifact.</summary>
    public string AddText(string stageName, string file, string content)
    {
        var staged = Stage(stageName);
        using (var stream = new FileStream(Path.Combine(staged, file), FileMode.CreateNew))
        {
            stream.Write(Encoding.UTF8.GetBytes(content));
            stream.Flush(flushToDisk: true);
        }

        return Add(staged);
    }

    /// <summary>SHA-256 of a file's bytes, lower-case hexadecimal.</summary>
    public static string Sha256(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The name that a folder's content has.</summary>
    public static string NameOf(string folder)
    {
        var lines = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (Name: Path.GetRelativePath(folder, file).Replace('\\', '/'), File: file))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => $"{Sha256(file.File)}  {file.Name}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
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

    private static bool IsName(string artifact) => artifact.Length == 64 && artifact.All(char.IsAsciiHexDigitLower);

    private string Folder(string artifact) => Path.Combine(root, artifact[..2], artifact);
}
