using System.Text.Json;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>What a checkpoint came from: its manifest.json. No time and no path, so the same training gives the same bytes.</summary>
public sealed record Lineage(
    string Kind, string Algorithm, string Start, string? Reference, string Data, Guid Run, int Round, ulong Seed, Numerics Numerics, object Recipe);

/// <summary>Where a training reads, works and publishes.</summary>
public sealed class TrainingFolders(ArtifactStore artifacts, HomeFolder home)
{
    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true, NewLine = "\n" };

    public string Model(string artifact) => artifacts.PathOf(artifact);

    public string Data(string artifact) => Path.Combine(artifacts.PathOf(artifact), "data.jsonl");

    public string Work(Guid job) => Path.Combine(home.Work, job.ToString("N"));

    public string Stage(Guid job) => artifacts.Stage(job.ToString("N"));

    /// <summary>The trained model beside the tokenizer files of its start and its manifest, as an artifact; its name and the hash of its weights.</summary>
    public (string Artifact, string WeightsSha256) Publish(string staged, string start, Lineage lineage)
    {
        // Everything of the start that the training did not write itself: tokenizer, chat template, generation settings.
        foreach (var file in Directory.EnumerateFiles(artifacts.PathOf(start), "*.json").Concat(Directory.EnumerateFiles(artifacts.PathOf(start), "*.jinja")))
        {
            var copy = Path.Combine(staged, Path.GetFileName(file));
            if (!File.Exists(copy))
            {
                File.Copy(file, copy);
            }
        }

        File.WriteAllText(Path.Combine(staged, "manifest.json"), JsonSerializer.Serialize(lineage, Indented) + "\n");
        var weights = ArtifactStore.Sha256(Path.Combine(staged, "model.safetensors"));
        return (artifacts.Add(staged), weights);
    }

    /// <summary>The resumable checkpoints of a job that is done.</summary>
    public void Forget(Guid job)
    {
        if (Directory.Exists(Work(job)))
        {
            Directory.Delete(Work(job), recursive: true);
        }
    }
}
