using System.Text.Json;
using Rlaif.Learning.Models;
using Rlaif.Learning.Optimization;
using Rlaif.Learning.Weights;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Resumable states of one training: weights, both moments, and how many steps were done. Order of the data and schedule follow from the step.</summary>
/// <param name="work">Folder of <c>checkpoint-N</c> folders.</param>
/// <param name="belongsTo">What a checkpoint must carry to be resumed from.</param>
/// <param name="every">Steps between checkpoints.</param>
/// <param name="kept">How many of the newest are kept.</param>
internal sealed class TrainingCheckpoints(string work, string belongsTo, int every, int kept = 1)
{
    private const string Weights = "weights.safetensors", Moments = "moments.safetensors", State = "state.json";

    private int written;        // steps of the newest one

    /// <param name="BelongsTo">The training.</param>
    /// <param name="Step">Steps done.</param>
    /// <param name="Metrics">Of these steps.</param>
    /// <param name="Updates">Of each part: a step need not move all.</param>
    private sealed record StateFile(string BelongsTo, int Step, IReadOnlyList<TrainingMetric> Metrics, IReadOnlyList<int>? Updates);

    /// <summary>Restores the newest checkpoint of this training, if there is one.</summary>
    /// <returns>Metrics of the steps done, and their number.</returns>
    public (int Step, IReadOnlyList<TrainingMetric> Metrics) Resume(IObjective objective, PartOptimizers optimizers)
    {
        if (Mine().FirstOrDefault() is not { State: { } state } newest)
        {
            return (0, []);
        }

        Restore(newest.Folder, state, objective.Weights, optimizers);
        objective.Resume(state.Metrics, newest.Folder);
        written = state.Step;
        return (state.Step, state.Metrics);
    }

    /// <summary>Restores weights and moments from before this step. Those of a checkpoint of the very step are what failed: it goes, and the one before is
    /// taken, from which at least one step was learnt.</summary>
    /// <returns>False: there is none.</returns>
    public bool GoBack(IReadOnlyList<NamedWeight> weights, PartOptimizers optimizers, int step)
    {
        var all = Mine();
        if (all.Find(checkpoint => checkpoint.State.Step < step) is not { State: { } state } good)
        {
            return false;
        }

        all.Where(checkpoint => checkpoint.State.Step >= step).ToList().ForEach(failed => Remove(failed.Folder));
        Restore(good.Folder, state, weights, optimizers);
        return true;
    }

    /// <summary>Writes a checkpoint when one is due; when it is complete and on the disk, older ones go.</summary>
    /// <exception cref="Recipes.InputException">The disk does not take it; the older checkpoint is untouched.</exception>
    public void WriteWhenDue(IObjective objective, PartOptimizers optimizers, int step, IReadOnlyList<TrainingMetric> metrics)
    {
        if (step - written >= every)
        {
            Write(objective, optimizers, step, metrics);
        }
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <inheritdoc cref="WriteWhenDue"/>
    public void Write(IObjective objective, PartOptimizers optimizers, int step, IReadOnlyList<TrainingMetric> metrics)
    {
        written = step;
        DiskFailure.Explain($"write the checkpoint of step {step} to {work}", () => Put(objective, optimizers, new(belongsTo, step, metrics, optimizers.Updates)));
    }

    private void Put(IObjective objective, PartOptimizers optimizers, StateFile state)
    {
        Directory.CreateDirectory(work);
        // A state has the figures of all steps: it is not read to be thrown away.
        var older = Folders().Except(kept > 1 ? Mine().Take(kept - 1).Select(checkpoint => checkpoint.Folder) : []).ToList();
        var (aside, final) = (Path.Combine(work, "partial"), Path.Combine(work, $"checkpoint-{state.Step}"));
        Remove(aside);
        try
        {
            Directory.CreateDirectory(aside);
            Safetensors.Write(Path.Combine(aside, Weights), [.. objective.Weights.Select(w => new NamedTensor(w.Name, w.Value))]);
            Safetensors.Write(Path.Combine(aside, Moments), optimizers.Moments);
            objective.Keep(aside);
            DurableFile.Write(Path.Combine(aside, State), file => JsonSerializer.Serialize(file, state, ExactDouble.Options));
        }
        catch
        {
            Remove(aside);
            throw;
        }

        Remove(final);      // a stale one of another training
        Directory.Move(aside, final);
        DurableFile.FlushFolder(work);
        older.ForEach(folder => Remove(folder == final ? "" : folder));
    }

    private static void Restore(string folder, StateFile state, IReadOnlyList<NamedWeight> weights, PartOptimizers optimizers)
    {
        using var guard = no_grad();
        using (var stored = Safetensors.Read(Path.Combine(folder, Weights)))
        {
            foreach (var (weight, value) in weights.Zip(stored.Tensors, (w, t) => (w.Value, t.Value)))
            {
                weight.copy_(value);
            }
        }

        using (var stored = Safetensors.Read(Path.Combine(folder, Moments)))
        {
            var byName = stored.Tensors.ToDictionary(t => t.Name, t => t.Value, StringComparer.Ordinal);
            optimizers.Resume(name => byName[name], state.Updates!);
        }
    }

    /// <summary>Checkpoints of this training, the newest first.</summary>
    private List<(string Folder, StateFile State)> Mine() =>
    [
        .. Folders().Select(folder => (Folder: folder, State: ReadState(folder)!))
            .Where(checkpoint => checkpoint.State is { Updates: not null } state && state.BelongsTo == belongsTo).OrderByDescending(checkpoint => checkpoint.State.Step),
    ];

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
