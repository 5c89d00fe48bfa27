using System.Text.Json;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;

namespace Rlaif.Learning.Training;

/// <summary>Rollouts that are sampled some batches before the policy learns from them: while those who judge them take their time, it learns from earlier
/// ones. Which policy samples a batch depends on nothing but the batch, so that the same seed gives the same bytes. Takes over the rollouts.</summary>
/// <param name="batches">Prompts of every batch of rollouts.</param>
/// <param name="most">Batches that a policy may have learnt from since it sampled; 0: every batch is sampled when it is due.</param>
internal sealed class RolloutsAhead(SampledRollouts rollouts, IReadOnlyList<int[]> batches, int most) : IRollouts
{
    private const string File = "rollouts.json";

    private readonly Queue<SampledBatch> waiting = [];

    public IReadOnlyList<Rollout> Of(LanguageModel policy, int batch, IReadOnlyList<int> prompts, CancellationToken cancel)
    {
        // Of a batch that was given up, nothing is learnt.
        while (waiting.TryPeek(out var old) && old.Batch < batch)
        {
            waiting.Dequeue();
        }

        for (var next = batch + waiting.Count; next <= Math.Min(batch + most, batches.Count - 1); next++)
        {
            Wait(rollouts.Sample(policy, next, batches[next], cancel) with { Policy = batch });
        }

        var due = waiting.Dequeue();
        return [.. rollouts.Rewarded(due, cancel).Select(rollout => rollout with { Staleness = batch - due.Policy })];
    }

    public IReadOnlyList<float> Greedy(LanguageModel policy, IReadOnlyList<int> prompts, CancellationToken cancel) => rollouts.Greedy(policy, prompts, cancel);

    public void Keep(string checkpoint) => DurableFile.Write(Path.Combine(checkpoint, File), file => JsonSerializer.Serialize(file, waiting));

    public void Resume(string checkpoint)
    {
        foreach (var batch in JsonSerializer.Deserialize<IReadOnlyList<SampledBatch>>(System.IO.File.ReadAllBytes(Path.Combine(checkpoint, File)))!)
        {
            Wait(batch);
        }
    }

    public void Forget() => waiting.Clear();

    public void Dispose() => rollouts.Dispose();

    private void Wait(SampledBatch batch)
    {
        rollouts.Announce(batch);
        waiting.Enqueue(batch);
    }
}
