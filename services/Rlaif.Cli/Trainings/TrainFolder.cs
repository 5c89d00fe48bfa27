using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Rlaif.Cli.Looking;
using Rlaif.Cli.Running;
using Rlaif.Feedback.Datasets;
using Rlaif.Learning.Training;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Trainings;

/// <summary>What became of the rows of the data, and of held-out ones.</summary>
/// <param name="Before">Figures of the start on the held-out ones; null: they are not measured yet.</param>
internal sealed record PreparedRows(RowCounts Data, RowCounts? HeldOut, IReadOnlyList<TrainingMetric>? Before = null);

/// <summary>The folder that a training writes: what it leaves, and below <c>work</c> what it goes on from. It is finished when its manifest is there.</summary>
internal sealed class TrainFolder : IDisposable
{
    private const string ManifestName = "manifest.json", FactsName = "training.json", CountsName = "rows.json";

    // A figure may have no value.
    private static readonly JsonSerializerOptions Kept = new(Json.Options) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly TrainingFacts facts;
    private readonly bool wasThere;
    private FileStream? held;

    private TrainFolder(string path, TrainingFacts facts) => (Path, this.facts, wasThere) = (path, facts, Directory.Exists(path));

    public string Path { get; }

    public string Work => Under("work");

    public bool IsFinished => File.Exists(Under(ManifestName));

    /// <summary>Takes the folder for this training: a new one, or one in which it has begun or ended.</summary>
    /// <exception cref="InputException">It belongs to something else, cannot be written, or another process is at it.</exception>
    public static TrainFolder Open(string path, TrainingFacts facts)
    {
        var folder = new TrainFolder(path, facts);
        try
        {
            folder.Take();
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            folder.Dispose();
            throw new InputException($"The model cannot be written to {path}: {error.Message.TrimEnd('.')}; name another folder. Nothing was started.", error);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public string Under(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Steps of the checkpoint that a resume goes on from; null: there is none.</summary>
    public int? LastCheckpoint() => Checkpoints().Select(name => (int?)int.Parse(name["checkpoint-".Length..], CultureInfo.InvariantCulture)).Max();

    /// <summary>What a first start has counted; null: it did not come so far.</summary>
    public PreparedRows? Rows() => File.Exists(InWork(CountsName)) ? JsonSerializer.Deserialize<PreparedRows>(File.ReadAllText(InWork(CountsName)), Kept) : null;

    /// <summary>The rows are all there, and what was measured on them.</summary>
    public void Keep(PreparedRows rows) => WriteText(InWork(CountsName), JsonSerializer.Serialize(rows, Kept));

    public string InWork(string name) => System.IO.Path.Combine(Work, name);

    /// <summary>The last file: with it the training is finished, and what a resume would need goes.</summary>
    public void Finish(PreparedRows rows)
    {
        var manifest = new
        {
            made = "rlaif train",
            training = facts,
            rows = rows.Data,
            heldOutRows = rows.HeldOut,
            sha256 = Made().Order(StringComparer.Ordinal).ToDictionary(name => name, name => ArtifactStore.Sha256(Under(name)), StringComparer.Ordinal),
        };
        WriteText(Under(ManifestName), Shown.Json(manifest) + "\n");
        held?.Dispose();
        Directory.Delete(Work, recursive: true);
    }

    /// <summary>Nothing was started: what <see cref="Open"/> made goes again.</summary>
    public void Abandon()
    {
        held?.Dispose();
        if (Directory.Exists(Work))
        {
            Directory.Delete(Work, recursive: true);
        }

        if (!wasThere && Directory.Exists(Path))
        {
            Directory.Delete(Path);
        }
    }

    public void Dispose() => held?.Dispose();

    // The model with its adapter or members, and its metrics: what the same training makes again, byte by byte. Event files have the time, the reports paths.
    private IEnumerable<string> Made() => Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
        .Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/'))
        .Where(name => !name.StartsWith("work/", StringComparison.Ordinal) && System.IO.Path.GetExtension(name) is ".json" or ".jsonl" or ".safetensors");

    private void Take()
    {
        if (IsFinished)
        {
            CheckSame(Read(Under(ManifestName))?["training"] as JsonObject);
            // A process that died between the manifest and its clean-up.
            if (Directory.Exists(Work))
            {
                Directory.Delete(Work, recursive: true);
            }

            return;
        }

        if (!File.Exists(InWork(FactsName)) && wasThere && Directory.EnumerateFileSystemEntries(Path).Any(entry => entry != Work))
        {
            throw new InputException($"{Path} is not empty, and no training that can go on is in it; name another folder.");
        }

        Directory.CreateDirectory(Work);
        held = LockFile.TryOpen(InWork("lock")) ?? throw new InputException($"Another rlaif is training in {Path}; wait for it, or name another folder.");
        if (Checkpoints().Any())
        {
            CheckSame(Read(InWork(FactsName)));
        }
        else if (!File.Exists(InWork(FactsName)) || Read(InWork(FactsName)) is not { } begun || facts.DifferencesFrom(begun) is not [])
        {
            // Another training that came to no checkpoint has nothing to lose.
            File.Delete(InWork(CountsName));
            WriteText(InWork(FactsName), Json.Of(facts));
        }
    }

    private IEnumerable<string> Checkpoints() =>
        Directory.Exists(Work) ? Directory.EnumerateDirectories(Work, "checkpoint-*").Select(folder => System.IO.Path.GetFileName(folder)) : [];

    private void CheckSame(JsonObject? other)
    {
        if (other is null || facts.DifferencesFrom(other) is not [])
        {
            var differences = other is null ? "all" : string.Join(", ", facts.DifferencesFrom(other));
            throw new InputException($"{Path} holds another training, which differs in {differences}; name another folder, or delete it to train anew.");
        }
    }

    private static JsonObject? Read(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;        // somebody else's: it is told as another training
        }
    }

    private static void WriteText(string path, string text) => DurableFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(text)));
}
