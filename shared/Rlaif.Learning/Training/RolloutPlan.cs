using Rlaif.Learning.Sampling;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>Which prompts are answered together, and what each step learns from: fixed before the first.</summary>
/// <param name="Rollouts">Prompts of each batch of rollouts.</param>
/// <param name="Steps">Batch of rollouts, and the prompts of it, that each optimizer step learns from.</param>
internal sealed record RolloutPlan(IReadOnlyList<int[]> Rollouts, IReadOnlyList<(int Rollout, int[] Examples)> Steps)
{
    /// <summary>Whether every batch of rollouts is learnt from in one step: the policy of the step is then the one that sampled.</summary>
    public bool IsOnPolicy => Steps.Count == Rollouts.Count;

    public static RolloutPlan Of(PpoRecipe recipe, IReadOnlyList<int> lengths, ulong seed)
    {
        int[][] rollouts = [.. Enumerable.Range(0, recipe.Epochs).SelectMany(epoch => BatchOrder.Epoch(lengths, recipe.Batch, seed, epoch))];
        IEnumerable<int[]> Pass(int rollout, int pass)
        {
            // The order of the prompts has the streams of the seed itself, and the samples those of its complement.
            var random = new RandomStream(seed + 1, ((ulong)rollout << 32) | (uint)pass);
            var size = (rollouts[rollout].Length + recipe.Minibatches - 1) / recipe.Minibatches;
            return BatchOrder.Shuffled([.. rollouts[rollout]], random).Chunk(size);
        }

        return new(rollouts, [.. Enumerable.Range(0, rollouts.Length).SelectMany(rollout =>
            Enumerable.Range(0, recipe.RolloutEpochs).SelectMany(pass => Pass(rollout, pass).Select(examples => (rollout, examples))))]);
    }

    /// <summary>The same as the loop takes it.</summary>
    public TrainingPlan Training(TrainingRecipe recipe) =>
        TrainingPlan.Of(recipe, [.. Steps.Select(step => step.Examples)]) with { Together = step => step < Steps.Count ? Steps[step].Rollout : -1 };
}
