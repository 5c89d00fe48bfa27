using Rlaif.Learning.Models;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>One training of an ensemble of reward models. The first one is that of a single model; each other one sees the same pairs in another order and
/// begins with another head (Coste et al. 2023), so what they disagree about is what the pairs leave open.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Job">With seed and work folder of its own.</param>
/// <param name="Out">Where it is written.</param>
internal sealed record RewardMember(int Number, TrainingJob Job, string Out)
{
    /// <exception cref="InputException">The start is an ensemble of another size.</exception>
    public static IReadOnlyList<RewardMember> Of(TrainingJob job, RewardModelRecipe recipe, string outFolder)
    {
        var count = recipe.Members ?? 1;
        IReadOnlyList<string> starts = ModelFolder.IsRewardModel(job.Start) ? ModelFolder.Members(job.Start) : [.. Enumerable.Repeat(job.Start, count)];
        return starts.Count == count
            ? [.. starts.Select((start, i) => Of(i + 1, count, job with { Start = start }, outFolder))]
            : throw new InputException(
                $"The reward model {job.Start} has {starts.Count} members, the recipe asks for {count}; set rewardModel.members to {starts.Count} or start from a policy.");
    }

    /// <summary>What is trained: the member that was there before, or a fresh head on the policy.</summary>
    public RewardModel Start()
    {
        if (Number == 1 || ModelFolder.IsRewardModel(Job.Start))
        {
            return ModelFolder.ReadRewardModelStart(Job.Start);
        }

        using var policy = ModelFolder.ReadModel(Job.Start, trainable: false);
        return RewardModel.On(policy, Job.Seed);
    }

    /// <summary>Figures of the first stand under their own names, those of others under their member's.</summary>
    public IEnumerable<TrainingMetric> Named(IReadOnlyList<TrainingMetric> metrics) =>
        Number == 1 ? metrics : metrics.Select(metric => metric with { Name = $"member_{Number}/{metric.Name}" });

    private static RewardMember Of(int number, int count, TrainingJob job, string outFolder)
    {
        var member = number == 1 ? new(1, job, outFolder) : new RewardMember(
            number, job with { Seed = new RandomStream(job.Seed, (ulong)number).Next(), Work = ModelFolder.Member(job.Work, number) }, ModelFolder.Member(outFolder, number));
        // Whoever watches sees one training; a figure's step is that of its member.
        return job.Watch is not { } watch ? member : member with
        {
            Job = member.Job with
            {
                Watch = step => watch(step with { Step = ((number - 1) * step.Steps) + step.Step, Steps = count * step.Steps, Metrics = [.. member.Named(step.Metrics)] }),
            },
        };
    }
}
