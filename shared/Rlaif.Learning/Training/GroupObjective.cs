using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Reinforcement learning from groups of the policy's own responses: an example is a prompt, and its responses are sampled when a batch of
/// rollouts begins. A prompt is computed once for its group, in sampling and in training.</summary>
/// <param name="reference">Frozen; null when the algorithm needs none.</param>
internal sealed class GroupObjective(
    LanguageModel policy, LanguageModel? reference, IReadOnlyList<int> promptLengths, IRollouts rollouts, GroupAlgorithm algorithm) : IObjective
{
    private readonly Dictionary<int, Lesson> lessons = [];
    private double tokens;

    /// <summary>A rollout and what is kept of it for all steps on it, response by response.</summary>
    private sealed record Lesson(Rollout Rollout, IReadOnlyList<float> Advantages, IReadOnlyList<float[]>? Old, IReadOnlyList<float[]>? Reference);

    public IReadOnlyList<NamedWeight> Weights => policy.Weights;

    public IReadOnlyList<int> Lengths => promptLengths;

    /// <remarks>A reward that rises while responses shrink, or while the distance to the reference grows without end, is the sign of a reward model
    /// that is gamed; a deviation within groups that goes to 0 is the sign that nothing more is learnt. Entropy is estimated by the sampled
    /// tokens' own log-probabilities.</remarks>
    public IReadOnlyList<string> Metrics { get; } =
    [
        .. new[] { "loss", "reward", "reward_deviation_in_group", "response_tokens", "ended", "entropy_nats_per_token", "clip_fraction" }
            .Concat(reference is null ? [] : ["kl_k3_nats_per_token"]).Select(name => $"{algorithm.Name}/{name}"),
    ];

    public LossWindow Window(IReadOnlyList<int> examples) => new(examples.Count * algorithm.Recipe.Samples);

    public void Begin(int step, IReadOnlyList<int> window, CancellationToken cancel)
    {
        var (batch, iteration) = Math.DivRem(step, algorithm.Recipe.Iterations);
        if (iteration > 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var still = no_grad();
        var made = rollouts.Of(policy, batch, window, cancel);
        var groups = made.Select(rollout => rollout.Group).ToList();
        var old = algorithm.NeedsOld ? LogProbs(policy, groups, cancel) : null;
        var before = reference is null ? null : LogProbs(reference, groups, cancel);
        var kl = old is null || before is null ? null : tensor(old.Zip(before).SelectMany(group => group.First.Zip(group.Second, (p, q) => p.Sum() - q.Sum())).ToArray());
        var advantages = algorithm.Advantages(tensor(made.SelectMany(rollout => rollout.Rewards).ToArray()), kl).cpu().data<float>().ToArray();
        lessons.Clear();
        for (var i = 0; i < made.Count; i++)
        {
            var size = made[i].Rewards.Count;
            lessons.Add(window[i], new(made[i], advantages[(i * size)..((i + 1) * size)], old?[i], before?[i]));
        }

        tokens = Math.Max(1, made.Sum(rollout => rollout.Group.Responses.Where((_, k) => IsLearnt(rollout, k)).Sum(response => response.Length)));
    }

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        Lesson[] part = [.. examples.Select(i => lessons[i])];
        ResponseGroup[] groups = [.. part.Select(lesson => lesson.Rollout.Group)];
        var places = ResponseTokens.Of(groups);
        Tensor Stored(Func<Lesson, IReadOnlyList<float[]>> of) => places.Rows(tensor(ResponseTokens.InOrder(part, of).SelectMany(values => values).ToArray()));
        var now = places.Rows(ResponseTokens.LogProbs(policy, GroupBatch.ForLogProbs(groups), algorithm.Recipe.Temperature));
        var mask = places.Mask.logical_and(tensor(InOrder<bool>(part, lesson => [.. lesson.Advantages.Select((_, k) => IsLearnt(lesson.Rollout, k))])).unsqueeze(-1));
        var batch = new GrpoBatch(now, algorithm.NeedsOld ? Stored(l => l.Old!) : now.detach(), tensor(InOrder(part, lesson => lesson.Advantages)), mask)
        {
            Reference = reference is null ? null : Stored(l => l.Reference!),
        };
        var (loss, statistics) = algorithm.Loss(batch, new(window.Count, tokens, algorithm.Recipe.MaxNewTokens));
        return new(loss, [loss.item<float>(), .. Figures(part, window.Count), .. TokenFigures(batch, statistics)]);
    }

    public void Write(string folder) => ModelFolder.WriteModel(folder, policy);

    public void Dispose()
    {
        policy.Dispose();
        reference?.Dispose();
        rollouts.Dispose();
    }

    private static T[] InOrder<T>(Lesson[] part, Func<Lesson, IReadOnlyList<T>> values) => [.. ResponseTokens.InOrder(part, values)];

    private bool IsLearnt(Rollout rollout, int k) => rollout.Ended[k] || !algorithm.MasksTruncated;

    private static IEnumerable<double> Figures(Lesson[] part, long window)
    {
        var all = part.Select(lesson => lesson.Rollout).ToList();
        double Deviation(IReadOnlyList<float> rewards)
        {
            var mean = rewards.Average();
            return rewards.Count * Math.Sqrt(rewards.Sum(reward => Math.Pow(reward - mean, 2)) / (rewards.Count - 1));
        }

        yield return all.Sum(rollout => rollout.Rewards.Sum(reward => (double)reward)) / window;
        yield return all.Sum(rollout => Deviation(rollout.Rewards)) / window;
        yield return (double)all.Sum(rollout => rollout.Group.Responses.Sum(response => response.Length)) / window;
        yield return (double)all.Sum(rollout => rollout.Ended.Count(ended => ended)) / window;
    }

    private IEnumerable<double> TokenFigures(GrpoBatch batch, PolicyStatistics statistics)
    {
        var share = batch.Mask.sum().ToInt64() / tokens;
        yield return -MaskedStatistics.Mean(batch.LogProbs.detach(), batch.Mask).item<float>() * share;
        yield return statistics.ClipFraction.item<float>() * share;
        if (batch.Reference is { } before)
        {
            yield return MaskedStatistics.Mean(KlEstimator.Of(KlKind.K3, batch.LogProbs.detach(), before, batch.Mask), batch.Mask).item<float>() * share;
        }
    }

    /// <summary>log p of every response token, group by group.</summary>
    private IReadOnlyList<float[]>[] LogProbs(LanguageModel model, List<ResponseGroup> groups, CancellationToken cancel)
    {
        var all = new IReadOnlyList<float[]>[groups.Count];
        Inference.ByLength([.. groups.Select(group => group.Length)], indices =>
        {
            ResponseGroup[] some = [.. indices.Select(i => groups[i])];
            var values = ResponseTokens.LogProbs(model, GroupBatch.ForLogProbs(some), algorithm.Recipe.Temperature).cpu().data<float>().ToArray();
            var found = indices.Select(_ => new List<float[]>()).ToList();
            var begin = 0;
            for (var k = 0; k < some[0].Responses.Count; k++)
            {
                for (var i = 0; i < some.Length; i++)
                {
                    found[i].Add(values[begin..(begin += some[i].Responses[k].Length)]);
                }
            }

            for (var i = 0; i < indices.Length; i++)
            {
                all[indices[i]] = found[i];
            }
        }, cancel);
        return all;
    }
}
