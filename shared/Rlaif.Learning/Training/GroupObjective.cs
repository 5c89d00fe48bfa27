using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Rewards;
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
    private double tokens, responses;
    private IReadOnlyList<(string, double)> figures = [];

    /// <summary>A rollout and what is kept of it for all steps on it, response by response.</summary>
    private sealed record Lesson(Rollout Rollout, IReadOnlyList<float> Advantages, IReadOnlyList<float[]>? Old, IReadOnlyList<float[]>? Reference);

    public IReadOnlyList<NamedWeight> Weights => policy.Trained;

    public IReadOnlyList<int> Lengths => promptLengths;

    /// <remarks>A reward that rises while responses shrink, or while the distance to the reference grows without end, is the sign of a reward model
    /// that is gamed; a deviation within groups that goes to 0 is the sign that nothing more is learnt. Entropy is estimated by the sampled
    /// tokens' own log-probabilities.</remarks>
    public IReadOnlyList<string> Metrics { get; } =
    [
        .. new[] { "loss", "entropy_nats_per_token", "clip_fraction" }
            .Concat(reference is null ? [] : ["kl_k3_nats_per_token"]).Select(name => $"{algorithm.Name}/{name}"),
    ];

    public long Tokens(IReadOnlyList<int> examples) => examples.Sum(i => (long)lessons[i].Rollout.Group.Length);

    public LossWindow Window(IReadOnlyList<int> examples) => new(examples.Count * algorithm.Recipe.Samples);

    public IReadOnlyList<(string Name, double Value)> Begin(int step, IReadOnlyList<int> window, CancellationToken cancel)
    {
        var (batch, iteration) = Math.DivRem(step, algorithm.Recipe.Iterations);
        if (iteration == 0)
        {
            var made = rollouts.Of(policy, batch, window, cancel);
            Learn(made, window, cancel);
            figures = Figures(made);
        }

        return figures;
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
        return new(loss, [loss.item<float>(), .. Figures(batch, statistics)]);
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

    /// <summary>Advantages, and log-probabilities as far as the algorithm asks for them, under the policy as it is now.</summary>
    private void Learn(IReadOnlyList<Rollout> made, IReadOnlyList<int> window, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var groups = made.Select(rollout => rollout.Group).ToList();
        var old = algorithm.NeedsOld ? LogProbs(policy, groups, cancel) : null;
        var before = reference is null ? null : LogProbs(reference, groups, cancel);
        var kl = old is null || before is null ? null : tensor(old.Zip(before, (p, q) => p.Sum() - q.Sum()).ToArray());
        var advantages = algorithm.Advantages(tensor(made.SelectMany(rollout => rollout.Rewards).ToArray()), kl).cpu().data<float>().ToArray();
        lessons.Clear();
        for (var i = 0; i < made.Count; i++)
        {
            var own = (i * algorithm.Recipe.Samples)..((i + 1) * algorithm.Recipe.Samples);
            lessons.Add(window[i], new(made[i], advantages[own], old?[own], before?[own]));
        }

        var learnt = made.SelectMany(rollout => rollout.Group.Responses.Where((_, k) => IsLearnt(rollout, k))).ToList();
        (tokens, responses) = (Math.Max(1, learnt.Sum(response => response.Length)), Math.Max(1, learnt.Count));
    }

    private (string, double)[] Figures(IReadOnlyList<Rollout> made)
    {
        double Deviation(IReadOnlyList<float> rewards)
        {
            var mean = rewards.Average();
            return Math.Sqrt(rewards.Sum(reward => Math.Pow(reward - mean, 2)) / (rewards.Count - 1));
        }

        return
        [
            ($"{algorithm.Name}/reward", made.Average(rollout => rollout.Rewards.Average())),
            ($"{algorithm.Name}/reward_deviation_in_group", made.Average(rollout => Deviation(rollout.Rewards))),
            ($"{algorithm.Name}/response_tokens", made.Average(rollout => rollout.Group.Responses.Average(response => response.Length))),
            ($"{algorithm.Name}/ended", made.Average(rollout => rollout.Ended.Average(ended => ended ? 1.0 : 0))),
            .. RewardFigures.Of(made),
        ];
    }

    private IEnumerable<double> Figures(GrpoBatch batch, PolicyStatistics statistics)
    {
        var share = batch.Mask.sum().ToInt64() / tokens;
        yield return -MaskedStatistics.Mean(batch.LogProbs.detach(), batch.Mask).item<float>() * share;
        yield return statistics.ClipFraction.item<float>() * (algorithm.ClipsResponses ? batch.Mask.any(-1).sum().ToInt64() / responses : share);
        if (batch.Reference is { } before)
        {
            yield return MaskedStatistics.Mean(KlEstimator.Of(KlKind.K3, batch.LogProbs.detach(), before, batch.Mask), batch.Mask).item<float>() * share;
        }
    }

    private float[][] LogProbs(LanguageModel model, IReadOnlyList<ResponseGroup> groups, CancellationToken cancel) =>
        GroupTokens.Of(groups, batch => ResponseTokens.LogProbs(model, batch, algorithm.Recipe.Temperature), cancel);
}
