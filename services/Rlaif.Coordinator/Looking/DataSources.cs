using System.Text.Json;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Looking;

/// <summary>Which pairs or responses a training's data was made of: the key <c>source</c> of its lines.</summary>
public static class DataSources
{
    /// <summary>Ids of pair or response rows; null when the artifact is gone or its lines name no sources.</summary>
    public static async Task<IReadOnlySet<Guid>?> Of(ArtifactStore artifacts, string artifact, CancellationToken cancel)
    {
        if (!await artifacts.Holds(artifact, cancel))
        {
            return null;
        }

        var sources = new HashSet<Guid>();
        foreach (var line in Directory.EnumerateFiles(await artifacts.Fetch(artifact, cancel), "*.jsonl").Order(StringComparer.Ordinal).SelectMany(File.ReadLines))
        {
            using var row = JsonDocument.Parse(line);
            if (row.RootElement.TryGetProperty("source", out var source) && source.TryGetGuid(out var id))
            {
                sources.Add(id);
            }
        }

        return sources.Count > 0 ? sources : null;
    }
}
