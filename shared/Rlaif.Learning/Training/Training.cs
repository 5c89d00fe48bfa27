using System.Diagnostics.CodeAnalysis;
using Rlaif.Learning.Adapters;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Probes;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>The trainings of a round. Each runs on the torch thread, resumes from the job's work folder, and writes a model folder (config.json and
/// model.safetensors; tokenizer files are the caller's). A training of an adapter writes the weights with the adapter in them, and beside them the adapter in PEFT's
/// format (adapter/). The same job, recipe and threads end in the same bytes, stopped or not.</summary>
[SuppressMessage("Design", "MA0049", Justification = "Callers read Training.Sft, Training.Dpo.")]
public static class Training
{
    /// <summary>Folder beside a policy in which the critic lies that a PPO recipe keeps.</summary>
    public const string CriticFolder = "critic";

    /// <summary>Supervised fine-tuning on examples, loss on response tokens.</summary>
    /// <returns>Metrics of every step.</returns>
    /// <exception cref="InputException">Unusable model or data, a disk that is full, or a training that diverged.</exception>
    /// <exception cref="OperationCanceledException">The token, or <paramref name="progress"/>.</exception>
    public static IReadOnlyList<TrainingMetric> Sft(
        TrainingJob job, SftRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        var examples = TrainingData.ReadExamples(job.Data, ModelFolder.ReadConfig(job.Start));
        var policy = Policy(job, recipe);
        using var objective = new SftObjective(policy, [.. examples.Select(e => TokenSequence.Of(e.Prompt, e.Response))], recipe);
        return Run("sft", objective, job, recipe, outFolder, progress, cancel);
    }

    /// <summary>Direct preference optimisation on pairs, tied to the job's reference.</summary>
    /// <inheritdoc cref="Sft"/>
    public static IReadOnlyList<TrainingMetric> Dpo(
        TrainingJob job, DpoRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        var pairs = TrainingData.ReadPairs(job.Data, Reference(job).Policy);
        var alpha = recipe.Variant?.LdAlpha;
        var identity = new TrainingIdentity(job);
        var (policy, before) = Tied(job, recipe, pairs, identity, alpha is null ? null : $"ld {alpha:R}", cancel, alpha);
        using var objective = new DpoObjective(policy, pairs, before, new TokenVariant(recipe.Variant, recipe.Beta));
        return Run("dpo", objective, job, recipe, outFolder, progress, cancel, identity: identity);
    }

    /// <summary>Kahneman-Tversky optimisation on responses that are desirable or not, or on those of pairs, tied to the job's reference.</summary>
    /// <inheritdoc cref="Sft"/>
    public static IReadOnlyList<TrainingMetric> Kto(
        TrainingJob job, KtoRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        var shape = Reference(job).Policy;
        var responses = JudgedResponse.Of(JudgedResponse.Once(TrainingData.ReadJudged(job.Data, shape)), shape.MaxPositions);
        if (recipe.Loss == "kto" && responses.All(r => r.Prompt.SequenceEqual(responses[0].Prompt)))
        {
            throw new InputException($"{job.Data} has responses to one prompt only; kto measures the policy on responses to other prompts. Take more prompts, or loss: apoZero.");
        }

        var identity = new TrainingIdentity(job);
        var (policy, before) = Tied(job, recipe, KtoObjective.Pairs(responses), identity, "judged", cancel);
        using var objective = new KtoObjective(policy, responses, before, recipe);
        return Run("kto", objective, job, recipe, outFolder, progress, cancel, identity: identity);
    }

    /// <summary>Preference optimisation on pairs without a reference: simpo, cpo or orpo, whichever the recipe holds.</summary>
    /// <inheritdoc cref="Sft"/>
    public static IReadOnlyList<TrainingMetric> ReferenceFree(
        TrainingJob job, OptimizationRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        TrainingRecipe settings = recipe.Simpo ?? recipe.Cpo ?? (TrainingRecipe?)recipe.Orpo ?? throw new InputException($"{recipe.Algorithm} needs a reference.");
        var pairs = TrainingData.ReadPairs(job.Data, ModelFolder.ReadConfig(job.Start));
        var policy = Policy(job, settings);
        using var objective = new ReferenceFreeObjective(recipe.Algorithm, policy, pairs, new ReferenceFreeVariant(recipe));
        return Run(recipe.Algorithm, objective, job, settings, outFolder, progress, cancel);
    }

    /// <summary>Reinforcement learning on prompts by whichever algorithm the recipe holds that samples itself, with the rewards that the recipe names. PPO's
    /// critic begins where the job says: else as its reward model, or as the policy with a fresh head where the rewards need none.</summary>
    /// <exception cref="TrainingAlarmException">The recipe's alarm.</exception>
    /// <inheritdoc cref="Sft"/>
    public static IReadOnlyList<TrainingMetric> Online(
        TrainingJob job, OptimizationRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        var settings = recipe.Online ?? throw new InputException($"{recipe.Algorithm} does not sample itself.");
        var sources = OnlineRewards.Check(recipe.Algorithm, job, settings);
        var (reference, shape) = Reference(job);
        if (job.RewardModel is { } rewardModel && ModelFolder.ReadRewardModelConfig(rewardModel).Vocabulary is var ids && ids != shape.Vocabulary)
        {
            throw new InputException(
                $"The reward model {rewardModel} has {ids} token ids, the policy {job.Start} has {shape.Vocabulary}; they must share a tokenizer.");
        }

        var critic = job.Critic ?? job.RewardModel ?? job.Start;
        if (job.Critic is not null && ModelFolder.ReadRewardModelConfig(critic).Vocabulary is var known && known != shape.Vocabulary)
        {
            throw new InputException($"The critic {critic} has {known} token ids, the policy {job.Start} has {shape.Vocabulary}; they must share a tokenizer.");
        }

        var prompts = TrainingData.ReadPrompts(job.Data, shape);
        IReadOnlyList<int> lengths = [.. prompts.Select(prompt => prompt.Length)];
        var ends = job.EndIds ?? shape.EosTokenIds;
        var policy = Policy(job, settings);
        // Under an adapter lies the start as it is: there is no need for a second one.
        LanguageModel Frozen(string model) =>
            policy.Adapter is not null && model == job.Start ? policy.WithoutAdapter() : ModelFolder.ReadModel(model, trainable: false);
        IRollouts Sampled(int samples, IReadOnlyList<int[]> batches)
        {
            var sampled = new SampledRollouts(prompts, OnlineRewards.Of(job, sources, settings), settings, samples, ends, job.Seed);
            return settings.MaxStaleness == 0 ? sampled : new RolloutsAhead(sampled, batches, settings.MaxStaleness);
        }

        var learning = recipe.Ppo is null ? GroupAlgorithm.Of(recipe) : null;
        var tiedTo = learning is { NeedsReference: false } ? null : Frozen(reference);
        // Where the reference is the start, it is the objective's, which lives longer than any look.
        using var own = settings.Alarm is { MostKl: > 0 } && (tiedTo is null || reference != job.Start) ? Frozen(job.Start) : null;
        var watch = settings.Alarm is not { } alarm ? null : new AlarmWatch(recipe.Algorithm, alarm, new PolicyProbe(
            policy, alarm.MostKl > 0 ? own ?? tiedTo : null, prompts, PolicyProbe.Draw(prompts.Count, alarm.Prompts, job.Seed), settings, ends, job.Seed, job.Texts!).Look, job.AcceptedAlarms);
        if (recipe.Ppo is { } ppo)
        {
            var plan = RolloutPlan.Of(ppo, lengths, job.Seed);
            var values = ModelFolder.ReadRewardModelStart(critic);
            values.Body.Recomputes = ppo.Recompute;
            using var classic = new PpoObjective(policy, tiedTo!, values, lengths, Sampled(1, plan.Rollouts), plan, ppo);
            return Run("ppo", classic, job, ppo, outFolder, progress, cancel, plan.Training(ppo), watch);
        }

        var steps = TrainingPlan.Of(learning!.Recipe, lengths, job.Seed);
        int[][] batches = [.. steps.Batches.Where((_, step) => step % learning.Recipe.Iterations == 0)];
        using var objective = new GroupObjective(policy, tiedTo, lengths, Sampled(learning.Recipe.Samples, batches), learning);
        return Run(learning.Name, objective, job, learning.Recipe, outFolder, progress, cancel, steps, watch);
    }

    /// <summary>A Bradley-Terry reward model on pairs; with members, as many of them, one after the other, each on all pairs in an order of its own. The
    /// first is the model that there would be without the others.</summary>
    /// <inheritdoc cref="Sft"/>
    public static IReadOnlyList<TrainingMetric> RewardModel(
        TrainingJob job, RewardModelRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        var members = RewardMember.Of(job, recipe, outFolder);
        return [.. members.SelectMany((member, i) => member.Named(
            RewardModel(member, recipe, (step, steps) => progress((i * steps) + step, members.Count * steps), cancel)))];
    }

    private static IReadOnlyList<TrainingMetric> RewardModel(RewardMember member, RewardModelRecipe recipe, TrainingProgress progress, CancellationToken cancel)
    {
        var (model, job) = (member.Start(), member.Job);
        model = recipe.Lora is { } lora ? model.With(InitialAdapter.On(model, lora, job.Seed)) : model;
        model.Body.Recomputes = recipe.Recompute;
        var scale = job.Scale is { } answers ? TrainingData.ReadExamples(answers, model.Body.Config) : null;
        if (recipe.Classifier)
        {
            var judged = JudgedResponse.Once(TrainingData.ReadJudged(job.Data, model.Body.Config));
            using var classifier = new ClassifierObjective(model, judged, recipe.Centring, scale);
            return Run("reward-model", classifier, job, recipe, member.Out, progress, cancel);
        }

        var pairs = TrainingData.ReadPairs(job.Data, model.Body.Config);
        // The share of ties and the heads are a training's, wherever it is measured.
        var learnt = job.LossOf is { } data ? TrainingData.ReadPairs(data, model.Body.Config) : pairs;
        if (recipe.PrincipleHeads)
        {
            model.Principles = PrincipleHeads.Read(job.Start, trainable: true).With(learnt.SelectMany(pair => pair.Principles.Keys), model.Body.Config.HiddenSize);
            if (model.Principles.Principles is [])
            {
                model.Dispose();
                throw new InputException($"{job.Data} has no label under any principle, and principleHeads trains a head for each; label the pairs by principle (principles: {{polite: 0.9}}), or leave principleHeads out.");
            }
        }

        using var objective = new RewardModelObjective(model, pairs, RewardLoss.Of(recipe, learnt), scale);
        return Run("reward-model", objective, job, recipe, member.Out, progress, cancel);
    }

    private static LanguageModel Policy(TrainingJob job, TrainingRecipe recipe)
    {
        var model = ModelFolder.ReadModel(job.Start, trainable: recipe.Lora is null);
        model = recipe.Lora is { } lora ? model.With(InitialAdapter.On(model, lora, job.Seed)) : model;
        model.Recomputes = recipe.Recompute;
        return model;
    }

    // Two models never lie in memory: another reference than the start comes first and is gone again, and the start is its own, with its adapter off.
    private static (LanguageModel Policy, ReferenceLogProbs Before) Tied(
        TrainingJob job, TrainingRecipe recipe, IReadOnlyList<TrainingPair> pairs, TrainingIdentity identity, string? of, CancellationToken cancel, double? alpha = null)
    {
        var policy = job.Reference is { } other && other != job.Start ? null : Policy(job, recipe);
        try
        {
            var before = ReferenceLogProbs.Of(
                () => policy?.WithoutAdapter() ?? ModelFolder.ReadModel(job.Reference!, trainable: false), pairs, job.Work, identity.OfReference(of), cancel, alpha);
            return (policy ?? Policy(job, recipe), before);
        }
        catch
        {
            policy?.Dispose();
            throw;
        }
    }

    private static (string Path, ModelConfig Policy) Reference(TrainingJob job)
    {
        var reference = job.Reference ?? job.Start;
        var shape = ModelFolder.ReadConfig(job.Start);
        return ModelFolder.ReadConfig(reference).Vocabulary is var ids && ids == shape.Vocabulary ? (reference, shape) : throw new InputException(
            $"The reference {reference} has {ids} token ids, the policy {job.Start} has {shape.Vocabulary}; they must share a tokenizer.");
    }

    private static IReadOnlyList<TrainingMetric> Run(
        string algorithm, IObjective objective, TrainingJob job, TrainingRecipe recipe, string outFolder, TrainingProgress progress,
        CancellationToken cancel, TrainingPlan? plan = null, AlarmWatch? alarm = null, TrainingIdentity? identity = null)
    {
        if (job.LossOf is not null)
        {
            return HeldOut.Measure(objective, TrainingPlan.Of(recipe with { Epochs = 1 }, objective.Lengths, job.Seed), cancel);
        }

        plan ??= TrainingPlan.Of(recipe, objective.Lengths, job.Seed);
        var checkpoints = new TrainingCheckpoints(job.Work, (identity ?? new(job)).Of(algorithm, recipe), recipe.CheckpointSteps, kept: plan.GoesBack ? 2 : 1);
        var metrics = TrainingLoop.Run(objective, plan, checkpoints, progress, cancel, job.Watch, alarm);
        DiskFailure.Explain($"write the trained model to {outFolder}", () => objective.Write(outFolder));
        return metrics;
    }
}
