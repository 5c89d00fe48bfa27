using System.Text.Json;
using Rlaif.Learning.Models;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Weights;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>The newest resumable state of one training: weights, both moments, and how many steps were done. Order of the data and schedule
/// follow from the step.</summary>
/// <param name="work">Folder of <c>checkpoint-N</c> folders.</param>
/// <param name="belongsTo">What a checkpoint must carry to be resumed from.</param>
/// <param name="every">Steps between checkpoints.</param>
internal sealed class TrainingCheckpoints(string work, string belongsTo, int every)
{
    private const string Weights = "weights.safetensors", Moments = "moments.safetensors", State = "state.json";

    private int written;        // steps of the newest one

    private sealed record StateFile(string BelongsTo, int Step, IReadOnlyList<TrainingMetric> Metrics);

    /// <summary>Restores the newest checkpoint of this training, if there is one.</summary>
    /// <returns>Metrics of the steps done, and their number.</returns>
    public (int Step, IReadOnlyList<TrainingMetric> Metrics) Resume(IReadOnlyList<NamedWeight> weights, PartOptimizers adam)
    {
        var newest = Folders().Select(folder => (Folder: folder, State: ReadState(folder)))
            .Where(c => c.State?.BelongsTo == belongsTo).OrderByDescending(c => c.State!.Step).FirstOrDefault();
        if (newest.State is not { } state)
        {
            return (0, []);
        }

        using var guard = no_grad();
        using (var stored = Safetensors.Read(Path.Combine(newest.Folder, Weights)))
        {
            foreach (var (weight, value) in weights.Zip(stored.Tensors, (w, t) => (w.Value, t.Value)))
            {
                weight.copy_(value);
            }
        }

        using (var stored = Safetensors.Read(Path.Combine(newest.Folder, Moments)))
        {
            var byName = stored.Tensors.ToDictionary(t => t.Name, t => t.Value, StringComparer.Ordinal);
            adam.Resume(name => byName[name], state.Step);
            written = state.Step;
        }

        return (state.Step, state.Metrics);
    }

    /// <summary>Writes a checkpoint when one is due; when it is complete and on the disk, the older ones go.</summary>
    /// <exception cref="Recipes.InputException">The disk does not take it; the older checkpoint is untouched.</exception>
    public void WriteWhenDue(IReadOnlyList<NamedWeight> weights, PartOptimizers adam, IReadOnlyList<TrainingMetric> metrics)
    {
        if (adam.Steps - written >= every)
        {
            written = adam.Steps;
            DiskFailure.Explain($"write the checkpoint of step {adam.Steps} to {work}", () => Write(weights, adam, metrics));
        }
    }

    private void Write(IReadOnlyList<NamedWeight> weights, PartOptimizers adam, IReadOnlyList<TrainingMetric> metrics)
    {
        Directory.CreateDirectory(work);
        string[] older = [.. Folders()];
        var (aside, final) = (Path.Combine(work, "partial"), Path.Combine(work, $"checkpoint-{adam.Steps}"));
        Remove(aside);
        try
        {
            Directory.CreateDirectory(aside);
            Safetensors.Write(Path.Combine(aside, Weights), [.. weights.Select(w => new NamedTensor(w.Name, w.Value))]);
            Safetensors.Write(Path.Combine(aside, Moments), adam.Moments);
            DurableFile.Write(Path.Combine(aside, State), file => JsonSerializer.Serialize(file, new StateFile(belongsTo, adam.Steps, metrics)));
        }
        catch
        {
            Remove(aside);
            throw;
        }

        Remove(final);      // a stale one of another training
        Directory.Move(aside, final);
        DurableFile.FlushFolder(work);
        Array.ForEach(older, folder => Remove(folder == final ? "" : folder));
    }

    private IEnumerable<string> Folders() => Directory.Exists(work) ? Directory.EnumerateDirectories(work, "checkpoint-*") : [];

    private static StateFile? ReadState(string folder)
    {
        var file = Path.Combine(folder, State);
        return File.Exists(file) ? JsonSerializer.Deserialize<StateFile>(File.ReadAllBytes(file)) : null;
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
