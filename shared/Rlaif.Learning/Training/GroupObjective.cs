using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Reinforcement learning from groups of the policy's own responses: an example is a prompt, and its responses are sampled when a batch of
/// rollouts begins. A prompt is computed once for its group, in sampling and in training.</summary>
/// <param name="reference">Frozen; null when the algorithm needs none.</param>
internal sealed class GroupObjective(
    LanguageModel policy, LanguageModel? reference, IReadOnlyList<int> promptLengths, IRollouts rollouts, GroupAlgorithm algorithm) : IObjective
{
    // As the losses have it: a figure of e^800 is none.
    private static readonly double? MostLogRatio = new RatioClip().LogRatio;

    private readonly Dictionary<int, Lesson> lessons = [];
    private readonly GuardsRecipe? guards = algorithm.Recipe.Guards;
    private readonly ImportanceRecipe importance = algorithm.Recipe.Importance ?? new();
    private double tokens, responses;
    private IReadOnlyList<(string, double)> figures = [];

    /// <summary>What is learnt from of a rollout, and what is kept of it for all steps on it, response by response.</summary>
    private sealed record Lesson(Rollout Rollout, IReadOnlyList<float[]> Worth, IReadOnlyList<float[]>? Old, IReadOnlyList<float[]>? Reference, IReadOnlyList<float[]>? Weights);

    public IReadOnlyList<NamedWeight> Weights => policy.Trained;

    public IReadOnlyList<int> Lengths => promptLengths;

    /// <remarks>A reward that rises while responses shrink, or while the distance to the reference grows without end, is the sign of a reward model
    /// that is gamed; a deviation within groups that goes to 0 is the sign that nothing more is learnt. Entropy is estimated by the sampled
    /// tokens' own log-probabilities.</remarks>
    public IReadOnlyList<string> Metrics { get; } =
    [
        .. new[] { "loss", "entropy_nats_per_token" }.Concat(algorithm.Metrics).Concat(reference is null ? [] : ["kl_k3_nats_per_token"])
            .Concat(StepGuard.Metrics(algorithm.Recipe.Guards)).Select(name => $"{algorithm.Name}/{name}"),
    ];

    private bool LooksAtSteps => guards is { LooksAtSteps: true };

    public long Tokens(IReadOnlyList<int> examples) => examples.Sum(i => (long)lessons[i].Rollout.Group.Length);

    public LossWindow Window(IReadOnlyList<int> examples) => new(Math.Max(1, examples.Sum(i => Teaches(lessons[i].Rollout) ? (long)lessons[i].Worth.Count : 0)));

    public void Resume(IReadOnlyList<TrainingMetric> earlier, string checkpoint) => rollouts.Resume(checkpoint);

    public void Keep(string checkpoint) => rollouts.Keep(checkpoint);

    public void GoBack() => rollouts.Forget();

    public IReadOnlyList<(string Name, double Value)> Begin(int step, IReadOnlyList<int> window, CancellationToken cancel)
    {
        var (batch, iteration) = Math.DivRem(step, algorithm.Recipe.Iterations);
        if (iteration == 0)
        {
            var made = rollouts.Of(policy, batch, window, cancel);
            var greedy = algorithm.NeedsGreedy ? rollouts.Greedy(policy, window, cancel) : null;
            figures =
            [
                .. Figures(made), .. greedy is null ? [] : new[] { ($"{algorithm.Name}/greedy_reward", (double)greedy.Average()) },
                .. Learn(made, greedy, window, cancel),
            ];
        }

        return figures;
    }

    public StepVerdict Judge(IReadOnlyList<double> figures, double ratioMax) => LooksAtSteps ? StepGuard.Of(guards, kl: figures[^1], ratioMax) : StepVerdict.Learn;

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        Lesson[] part = [.. examples.Select(i => lessons[i])];
        ResponseGroup[] groups = [.. part.Select(lesson => lesson.Rollout.Group)];
        var places = ResponseTokens.Of(groups);
        Tensor Stored(Func<Lesson, IReadOnlyList<float[]>> of) => places.Rows(tensor(ResponseTokens.InOrder(part, of).SelectMany(values => values).ToArray()));
        var now = places.Rows(ResponseTokens.LogProbs(policy, GroupBatch.ForLogProbs(groups), algorithm.Temperature));
        var mask = places.Mask.logical_and(tensor(InOrder<bool>(part, lesson => [.. lesson.Worth.Select((_, k) => IsLearnt(lesson.Rollout, k))])).unsqueeze(-1));
        var batch = new GrpoBatch(
            now, part[0].Old is null ? now.detach() : Stored(l => l.Old!),
            algorithm.WeighsTokens ? Stored(l => l.Worth) : tensor(InOrder<float>(part, lesson => [.. lesson.Worth.Select(worth => worth[0])])), mask)
        {
            Reference = reference is null ? null : Stored(l => l.Reference!),
            Weights = part[0].Weights is null ? null : importance.Level == "token" ? Stored(l => l.Weights!)
                : tensor(InOrder<float>(part, lesson => [.. lesson.Weights!.Select(weight => weight[0])])).unsqueeze(-1),
        };
        var (loss, own) = algorithm.Loss(batch, new(window.Count, tokens, responses, algorithm.Recipe.MaxNewTokens));
        var logRatios = PolicyRatio.LogRatios(now.detach(), batch.Old, mask, MostLogRatio);
        return new(loss, [loss.item<float>(), .. Figures(batch, logRatios, own)]) { RatioMax = LooksAtSteps ? Math.Exp(logRatios.max().item<float>()) : 1 };
    }

    public void Write(string folder) => ModelFolder.WriteModel(folder, policy);

    public void Dispose()
    {
        policy.Dispose();
        reference?.Dispose();
        rollouts.Dispose();
    }

    private static T[] InOrder<T>(Lesson[] part, Func<Lesson, IReadOnlyList<T>> values) => [.. ResponseTokens.InOrder(part, values)];

    private bool IsLearnt(Rollout rollout, int k) => (rollout.Ended[k] || !algorithm.MasksTruncated) && Teaches(rollout);

    // Where all are worth the same an advantage is 0; but the best of them, or a label of one half, would be something that nobody said.
    private bool Teaches(Rollout rollout) => rollout.IsJudged || algorithm.HasRatio;

    private Rollout Learnt(Rollout made)
    {
        var learnt = algorithm.Learnt(made.Rewards);
        IReadOnlyList<T> Of<T>(IReadOnlyList<T> all) => [.. learnt.Select(k => all[k])];
        return made with { Group = made.Group with { Responses = Of(made.Group.Responses) }, Ended = Of(made.Ended), Rewards = Of(made.Rewards) };
    }

    /// <summary>What responses are worth, and log-probabilities as far as the algorithm asks for them, under the policy as it is now.</summary>
    /// <exception cref="DivergedException">The policy is further from the reference than it may be.</exception>
    private IEnumerable<(string, double)> Learn(IReadOnlyList<Rollout> sampled, IReadOnlyList<float>? greedy, IReadOnlyList<int> window, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var made = sampled.Select(Learnt).ToList();
        var groups = made.Select(rollout => rollout.Group).ToList();
        var looks = guards is { MaxKl: not null };
        float[][] Of(LanguageModel model) => LogProbs(model, groups, algorithm.Temperature, cancel);
        var isWeighed = algorithm.Recipe.MaxStaleness > 0 && algorithm.HasRatio;
        var old = algorithm.HasOldRatio || algorithm.NeedsKl || isWeighed || (looks && algorithm.HasRatio) ? Of(policy) : null;
        var before = reference is null ? null : Of(reference);
        var samples = new GroupSamples(
            tensor(made.SelectMany(rollout => rollout.Rewards).ToArray()), [.. groups.SelectMany(group => group.Responses).Select(response => response.Length)], old, before)
        {
            Greedy = greedy is null ? null : tensor(greedy.ToArray()),
            Sources = algorithm.NeedsSources ? RewardSources.Of(made) : null,
        };
        IReadOnlyList<(string, double)> distance = looks ? [($"{algorithm.Name}/kl_k1_nats_per_sequence", (samples.Kl ?? Kl(sampled, cancel)).mean().item<float>())] : [];
        foreach (var (_, kl) in distance)
        {
            StepGuard.CheckDistance(guards, kl);
        }

        var stale = isWeighed ? StaleWeights.Of(algorithm.Name, made, old!, importance) : new(null, algorithm.Recipe.MaxStaleness > 0 ? [StaleWeights.Age(algorithm.Name, made)] : []);
        var worth = algorithm.Worth(samples);
        var size = groups[0].Responses.Count;
        lessons.Clear();
        for (var i = 0; i < made.Count; i++)
        {
            IReadOnlyList<float[]> Own(IReadOnlyList<float[]> all) => [.. all.Skip(i * size).Take(size)];
            lessons.Add(window[i], new(made[i], Own(worth), algorithm.HasOldRatio ? Own(old!) : null, before is null ? null : Own(before), stale.Each is null ? null : Own(stale.Each)));
        }

        var learnt = made.SelectMany(rollout => rollout.Group.Responses.Where((_, k) => IsLearnt(rollout, k))).ToList();
        (tokens, responses) = (Math.Max(1, learnt.Sum(response => response.Length)), Math.Max(1, learnt.Count));
        return [.. distance, .. stale.Figures];
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
            .. algorithm.Recipe.Samples == 1 ? [] : new[] { ($"{algorithm.Name}/reward_deviation_in_group", made.Average(rollout => Deviation(rollout.Rewards))) },
            ($"{algorithm.Name}/response_tokens", made.Average(rollout => rollout.Group.Responses.Average(response => response.Length))),
            ($"{algorithm.Name}/ended", made.Average(rollout => rollout.Ended.Average(ended => ended ? 1.0 : 0))),
            .. RewardFigures.Of(made),
        ];
    }

    private IEnumerable<double> Figures(GrpoBatch batch, Tensor logRatios, double[] own)
    {
        var share = batch.Mask.sum().ToInt64() / tokens;
        double Mean(Tensor values) => MaskedStatistics.Mean(values, batch.Mask).item<float>() * share;
        var now = batch.LogProbs.detach();
        yield return -Mean(now);
        foreach (var figure in own)
        {
            yield return figure;
        }

        if (batch.Reference is { } before)
        {
            var fromReference = PolicyRatio.LogRatios(now, before, batch.Mask, MostLogRatio);
            yield return Mean(KlEstimator.Of(KlKind.K3, fromReference, zeros_like(fromReference), batch.Mask));
        }

        if (LooksAtSteps)
        {
            yield return Mean(logRatios.expm1() - logRatios);
        }
    }

    // The best and the worst of a prompt's samples alone are no sample of the policy.
    private Tensor Kl(IReadOnlyList<Rollout> sampled, CancellationToken cancel)
    {
        float[][] Of(LanguageModel model) => LogProbs(model, [.. sampled.Select(rollout => rollout.Group)], algorithm.Recipe.Temperature, cancel);
        return GroupSamples.SequenceKl(Of(policy), Of(reference!));
    }

    private static float[][] LogProbs(LanguageModel model, IReadOnlyList<ResponseGroup> groups, double temperature, CancellationToken cancel) =>
        GroupTokens.Of(groups, batch => ResponseTokens.LogProbs(model, batch, temperature), cancel);
}
