using System.Runtime.CompilerServices;
using System.Text.Json;
using Rlaif.Contracts;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Api;

/// <summary>The prompts of a run as an artifact: there may be a million, so nobody holds them all.</summary>
public static class RunPrompts
{
    /// <summary>JSON lines, each a <see cref="PromptRow"/>.</summary>
    public const string File = "prompts.jsonl";

    /// <summary>Stores them; returns the artifact's name.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public static async Task<string> Store(ArtifactStore artifacts, IEnumerable<PromptRow> prompts, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        return await artifacts.AddLines("prompts", File, prompts.ToAsyncEnumerable(), cancel) ?? throw new InputException("A run without prompts is none.");
    }

    /// <summary>Reads them for a run, line by line.</summary>
    /// <exception cref="InputException">The artifact holds none, or a line is no prompt.</exception>
    public static async IAsyncEnumerable<PromptRow> Read(
        ArtifactStore artifacts, string artifact, Guid run, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        var (path, number) = (Path.Combine(await artifacts.Fetch(artifact, cancel), File), 0);
        if (!System.IO.File.Exists(path))
        {
            throw new InputException($"Artifact {artifact} holds no {File}; upload the run's prompts and name them.");
        }

        await foreach (var line in System.IO.File.ReadLinesAsync(path, cancel))
        {
            yield return Row(line, ++number, artifact) with { RunId = run };
        }
    }

    private static PromptRow Row(string line, int number, string artifact)
    {
        try
        {
            var row = Json.Read<PromptRow>(line);
            // A worker would stumble over it later, with the run long under way.
            return row.Prompt.Id == row.Id ? row : throw new JsonException($"the prompt {row.Prompt.Id} is called {row.Id}");
        }
        catch (JsonException error)
        {
            throw new InputException($"Line {number} of {File} in artifact {artifact} is no prompt of a run: {error.Message.TrimEnd('.')}.", error);
        }
    }
}
