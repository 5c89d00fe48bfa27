using Rlaif.Learning.Advantages;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Rewards;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace Rlaif.Learning.Training;

/// <summary>Proximal policy optimisation: policy and critic are separate models, clipped and updated apart. An example is a prompt with one response.</summary>
/// <param name="reference">Frozen.</param>
/// <param name="critic">The value before each response token is its head on the state that predicts the token.</param>
internal sealed class PpoObjective(
    LanguageModel policy, LanguageModel reference, RewardModel critic, IReadOnlyList<int> promptLengths, IRollouts rollouts, RolloutPlan plan, PpoRecipe recipe)
    : IObjective
{
    // Of VTrace's ρ.
    private static readonly ImportanceRecipe Rho = new() { Level = "token", Limit = "truncate", Most = 1 };

    private const string Coefficient = "ppo/kl_coefficient", Kl = "ppo/kl_k1_nats_per_sequence";

    private readonly Dictionary<int, Lesson> lessons = [];
    private AdaptiveKl controller = new(recipe.Beta, recipe.KlTarget, recipe.KlHorizon);
    private double lastKl;
    private int current = -1;
    private FirstStep? begun;
    private IReadOnlyList<(string, double)> figures = [];

    /// <summary>A response and what every step on it needs, token by token.</summary>
    private sealed record Lesson(ResponseGroup Group, float[] Old, float[] Values, float[] Advantages, float[] Returns);

    /// <summary>What a step that has begun has computed of its examples.</summary>
    private sealed record FirstStep(int[] Examples, PpoForward Of);

    public IReadOnlyList<NamedWeight> Weights => [.. Parts.SelectMany(part => part.Weights)];

    public IReadOnlyList<TrainedPart> Parts { get; } =
    [
        new("", policy.Trained, step => plan.Steps[step].Rollout < recipe.ValueWarmup ? 0 : 1),
        new("value_", [.. critic.Weights.Select(w => new NamedWeight("value." + w.Name, w.Value))],
            _ => recipe.ValueLearningRate > 0 ? recipe.ValueLearningRate / recipe.LearningRate : 1),
    ];

    public IReadOnlyList<int> Lengths => promptLengths;

    /// <remarks>Clip fraction and approximate KL are 0 in the first step on each batch of rollouts and grow from there. A score that rises while responses
    /// shrink or the KL grows without end is the sign of a reward model that is gamed.</remarks>
    public IReadOnlyList<string> Metrics { get; } =
        ["ppo/policy_loss", "ppo/value_loss", "ppo/entropy_nats_per_token", "ppo/clip_fraction", "ppo/approximate_kl_k3_nats_per_token", "ppo/value_clip_fraction"];

    public void Resume(IReadOnlyList<TrainingMetric> earlier, string checkpoint)
    {
        rollouts.Resume(checkpoint);
        if (earlier.LastOrDefault(metric => metric.Name == Coefficient) is { } coefficient)
        {
            current = plan.Steps[coefficient.Step - 1].Rollout;
            (controller, lastKl) = (controller with { Coefficient = coefficient.Value }, earlier.Last(metric => metric.Name == Kl).Value);
        }
    }

    public void Keep(string checkpoint) => rollouts.Keep(checkpoint);

    public void GoBack() => rollouts.Forget();

    public IReadOnlyList<(string Name, double Value)> Begin(int step, IReadOnlyList<int> window, CancellationToken cancel)
    {
        if (plan.Steps[step].Rollout is var rollout && rollout != current)
        {
            var next = recipe.KlTarget > 0 && current >= 0 ? controller.After(lastKl, plan.Rollouts[current].Length) : controller;
            var prompts = plan.Rollouts[rollout];
            var made = rollouts.Of(policy, rollout, prompts, cancel);
            // A step on the whole batch computes what the scores need: they are taken from it.
            begun = recipe.MicroBatch == 0 && window.Count == prompts.Length
                ? new([.. window], PpoForward.Of(policy, critic, [.. window.Select(i => made[Array.IndexOf(prompts, i)].Group)], recipe)) : null;
            figures = Learn(made, prompts, next.Coefficient, cancel);
            (controller, current) = (next, rollout);
        }

        return figures;
    }

    public long Tokens(IReadOnlyList<int> examples) => examples.Sum(i => (long)lessons[i].Group.Length);

    public LossWindow Window(IReadOnlyList<int> examples) => new(examples.Sum(i => (long)lessons[i].Old.Length));

    public StepVerdict Judge(IReadOnlyList<double> figures, double ratioMax) => StepGuard.Of(recipe.Guards, kl: figures[4], ratioMax);

    public LossPart Part(IReadOnlyList<int> examples, LossWindow window)
    {
        Lesson[] part = [.. examples.Select(i => lessons[i])];
        ResponseGroup[] groups = [.. part.Select(lesson => lesson.Group)];
        var first = begun?.Examples.SequenceEqual(examples) == true ? begun.Of : null;
        begun = null;
        var (places, now, entropy, values) = first ?? PpoForward.Of(policy, critic, groups, recipe);
        Tensor Stored(Func<Lesson, float[]> of) => places.Rows(tensor(part.SelectMany(of).ToArray()));
        var tokens = (double)window.Count;
        // Of the step's own policy to the last bit: the ratio is 1 and the gradient is REINFORCE's.
        var old = plan.IsOnPolicy ? now.detach() : Stored(l => l.Old);
        var learnt = PpoPolicyLoss.Of(now, old, Stored(l => l.Advantages), places.Mask, new(recipe.ClipLow, recipe.ClipHigh), windowTokens: tokens);
        var valued = PpoValueLoss.Of(
            values, Stored(l => l.Values), Stored(l => l.Returns), places.Mask, recipe.ValueClip, windowTokens: tokens);
        var bonus = MaskedStatistics.Fill(entropy, places.Mask).sum() / tokens;
        var share = part.Sum(lesson => lesson.Old.Length) / tokens;
        return new(
            learnt.Loss + valued.Loss - (recipe.EntropyWeight * bonus),
            [
                learnt.Loss.item<float>(), valued.Loss.item<float>(), bonus.item<float>(), learnt.Statistics.ClipFraction.item<float>() * share,
                learnt.Statistics.KlK3.item<float>() * share, valued.ClipFraction.item<float>() * share,
            ])
        {
            RatioMax = recipe.Guards is { LooksAtSteps: true } ? learnt.Statistics.RatioMax.item<float>() : 1,
        };
    }

    public void Write(string folder)
    {
        ModelFolder.WriteModel(folder, policy);
        if (recipe.KeepCritic)
        {
            ModelFolder.WriteRewardModel(Path.Combine(folder, Training.CriticFolder), critic);
        }
    }

    public void Dispose()
    {
        policy.Dispose();
        reference.Dispose();
        critic.Dispose();
        rollouts.Dispose();
    }

    /// <summary>Rewards, advantages and returns of a batch of rollouts, under the policy and the critic as they are now.</summary>
    /// <exception cref="DivergedException">The policy is further from the reference than it may be.</exception>
    private (string, double)[] Learn(IReadOnlyList<Rollout> made, int[] prompts, double coefficient, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        ResponseGroup[] groups = [.. made.Select(rollout => rollout.Group)];
        var places = ResponseTokens.Of(groups);
        float[][] Each(Func<GroupBatch, Tensor> of) => GroupTokens.Of(groups, of, cancel);
        Tensor Rows(float[][] values) => places.Rows(tensor(values.SelectMany(of => of).ToArray()));
        float[][] Begun(Func<PpoForward, Tensor> of)
        {
            var each = begun!.Of.Places.Each(of(begun.Of).detach());
            return [.. prompts.Select(i => each[Array.IndexOf(begun.Examples, i)])];
        }

        var before = Each(batch => ResponseTokens.LogProbs(reference, batch, recipe.Temperature));
        var old = begun is null ? Each(batch => ResponseTokens.LogProbs(policy, batch, recipe.Temperature)) : Begun(forward => forward.LogProbs);
        var values = begun is null ? Each(batch => PpoForward.ValuesOf(critic, batch, recipe)) : Begun(forward => forward.Values);
        Tensor Distance(KlKind kind) => KlEstimator.Of(kind, Rows(old), Rows(before), places.Mask);
        var perSequence = Distance(KlKind.K1).sum(-1).mean().item<float>();
        StepGuard.CheckDistance(recipe.Guards, perSequence);
        var scores = tensor(made.Select(rollout => rollout.Rewards[0]).ToArray());
        var rewards = RewardShaping.Rewards(scores, Distance(Enum.Parse<KlKind>(recipe.KlEstimator ?? "k1", ignoreCase: true)), places.Mask, coefficient);
        var stale = made[0].Staleness == 0 ? null : made.Select(rollout => rollout.Behaviour[0]).ToArray();
        var estimated = stale is null ? GeneralisedAdvantage.Of(rewards, Rows(values), places.Mask, recipe.Gamma, recipe.Lambda)
            : new VTrace(recipe.Gamma, recipe.Lambda).Of(rewards, Rows(values), Rows(old), Rows(stale), places.Mask);
        // ρ is in advantages of stale rollouts: less their mean, a token that hardly counts would teach the opposite of what the others do.
        var scaled = stale is null ? MaskedStatistics.Whiten(estimated.Advantages, places.Mask)
            : estimated.Advantages * (MaskedStatistics.Variance(estimated.Advantages, places.Mask) + MaskedStatistics.VarianceFloor).rsqrt();
        var (advantages, returns) = (places.Each(scaled), places.Each(estimated.Returns));
        lessons.Clear();
        for (var i = 0; i < made.Count; i++)
        {
            lessons.Add(prompts[i], new(groups[i], old[i], values[i], advantages[i], returns[i]));
        }

        lastKl = perSequence;
        return
        [
            ("ppo/score", scores.mean().item<float>()), (Kl, lastKl), (Coefficient, coefficient),
            ("ppo/response_tokens", old.Average(of => of.Length)), ("ppo/ended", made.Count(rollout => rollout.Ended[0]) / (double)made.Count),
            .. RewardFigures.Of(made), .. recipe.MaxStaleness == 0 ? [] : StaleWeights.Of("ppo", made, old, Rho).Figures,
        ];
    }
}
