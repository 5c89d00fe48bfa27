using System.Globalization;
using System.Text.Json;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>What a checkpoint came from: its manifest.json. No time and no path, so the same training gives the same bytes.</summary>
public sealed record Lineage(
    string Kind, string Algorithm, string Start, string? Reference, string Data, Guid Run, int Round, ulong Seed, Numerics Numerics, object Recipe,
    string? RewardModel = null, string? Critic = null, string? Scale = null);

/// <summary>Where a training reads, works and publishes.</summary>
public sealed class TrainingFolders(ArtifactStore artifacts, HomeFolder home, Patience patience, TimeProvider time)
{
    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true, NewLine = "\n" };

    public Task<string> Model(string artifact, CancellationToken cancel) =>
        patience.Try($"Artifact {artifact}", attempt => artifacts.Fetch(artifact, attempt), cancel);

    public async Task<string> Data(string artifact, CancellationToken cancel) => Path.Combine(await Model(artifact, cancel), "data.jsonl");

    /// <summary>Where this holder of a job keeps its resumable checkpoints: what the last one left becomes its own. Whoever lost the job and does
    /// not know it writes into a folder that is no longer there.</summary>
    public string Work(JobRow job)
    {
        var all = Directory.CreateDirectory(WorkOf(job.Id));
        var mine = Path.Combine(all.FullName, job.Epoch.ToString(CultureInfo.InvariantCulture));
        var left = all.EnumerateDirectories().OrderByDescending(folder => long.Parse(folder.Name, CultureInfo.InvariantCulture)).ToList();
        if (left is [var last, .. var older] && last.FullName != mine)
        {
            last.MoveTo(mine);
            older.ForEach(folder => folder.Delete(recursive: true));
        }

        return mine;
    }

    public string Stage(Guid job) => artifacts.Stage(job.ToString("N"));

    /// <summary>The trained model beside the tokenizer files of its start and its manifest, as an artifact, with the rows that tell of it.</summary>
    /// <param name="stage">What the metrics belong to.</param>
    public async Task<TrainedModel> Publish(
        JobRow job, string staged, Lineage lineage, string stage, IEnumerable<(int Step, string Name, double Value)> metrics, CancellationToken cancel)
    {
        var start = await Model(lineage.Start, cancel);
        // Everything of the start that the training did not write itself: tokenizer, chat template, generation settings.
        foreach (var file in Directory.EnumerateFiles(start, "*.json").Concat(Directory.EnumerateFiles(start, "*.jinja")))
        {
            var copy = Path.Combine(staged, Path.GetFileName(file));
            if (!File.Exists(copy))
            {
                File.Copy(file, copy);
            }
        }

        File.WriteAllText(Path.Combine(staged, "manifest.json"), JsonSerializer.Serialize(lineage, Indented) + "\n");
        var weights = ArtifactStore.Sha256(Path.Combine(staged, "model.safetensors"));
        return new(
            new()
            {
                CommandId = job.Id,
                RunId = job.RunId,
                Round = lineage.Round,
                Kind = lineage.Kind,
                Artifact = await patience.Try($"The model of job {job.Id}", attempt => artifacts.Add(staged, attempt), cancel),
                WeightsSha256 = weights,
                StartArtifact = lineage.Start,
                DataArtifact = lineage.Data,
                PublishedAt = time.GetUtcNow(),
            },
            [.. metrics.Select(metric => new MetricRow
            {
                CommandId = job.Id, RunId = job.RunId, Round = lineage.Round, Stage = stage, Step = metric.Step, Name = metric.Name, Value = metric.Value,
            })]);
    }

    /// <summary>Jobs that left resumable checkpoints.</summary>
    public IReadOnlyList<Guid> Unfinished() =>
        [.. new DirectoryInfo(home.Work).EnumerateDirectories().Select(folder => Guid.TryParseExact(folder.Name, "N", out var job) ? job : Guid.Empty).Where(job => job != Guid.Empty)];

    /// <summary>Takes away what a training that is let go had staged: whoever goes on stages again.</summary>
    public void Unstage(Guid job) => artifacts.Discard(job.ToString("N"));

    /// <summary>Takes away the resumable checkpoints of a job that is done.</summary>
    public void Forget(Guid job)
    {
        if (Directory.Exists(WorkOf(job)))
        {
            Directory.Delete(WorkOf(job), recursive: true);
        }
    }

    private string WorkOf(Guid job) => Path.Combine(home.Work, job.ToString("N"));
}
