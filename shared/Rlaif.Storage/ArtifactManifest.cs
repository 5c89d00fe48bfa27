using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Rlaif.Storage;

/// <summary>A file of an artifact.</summary>
/// <param name="Name">Relative to the artifact, with slashes.</param>
/// <param name="Sha256">Of its bytes, lower-case hexadecimal.</param>
internal sealed record ArtifactFile(string Name, string Sha256);

/// <summary>What an artifact is made of: the lines "sha256  file", by file name, as sha256sum writes them. Their own hash is its name.</summary>
internal sealed class ArtifactManifest
{
    private ArtifactManifest(IReadOnlyList<ArtifactFile> files, string text) =>
        (Files, Text, Artifact) = (files, text, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));

    public IReadOnlyList<ArtifactFile> Files { get; }

    public string Text { get; }

    /// <summary>The artifact's name.</summary>
    public string Artifact { get; }

    /// <summary>Of what is in a folder.</summary>
    public static ArtifactManifest Of(string folder)
    {
        IReadOnlyList<ArtifactFile> files =
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(file => (Name: Path.GetRelativePath(folder, file).Replace('\\', '/'), File: file))
                .OrderBy(file => file.Name, StringComparer.Ordinal)
                .Select(file => new ArtifactFile(file.Name, ArtifactStore.Sha256(file.File))),
        ];
        return new(files, string.Concat(files.Select(file => $"{file.Sha256}  {file.Name}\n")));
    }

    /// <summary>Reads one that came from outside. False for anything that is none, or that names a file outside of its folder.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ArtifactManifest? manifest)
    {
        manifest = null;
        var files = new List<ArtifactFile>();
        foreach (var line in text.Split('\n')[..^1])
        {
            var parts = line.Length > 66 ? line[66..].Split('/') : [""];
            if (parts.Any(part => part is "" or "." or "..") || line[64..66] != "  " || !ArtifactStore.IsSha256(line[..64]))
            {
                return false;
            }

            files.Add(new(line[66..], line[..64]));
        }

        manifest = new(files, text);
        return text.Length == 0 || text[^1] == '\n';
    }
}
