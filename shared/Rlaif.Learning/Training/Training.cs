using System.Diagnostics.CodeAnalysis;
using Rlaif.Learning.Losses;
using Rlaif.Learning.Models;
using Rlaif.Learning.Weights;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>The trainings of a round. Each runs on the torch thread, resumes from the job's work folder, and writes a model folder (config.json and
/// model.safetensors; tokenizer files are the caller's). The same job, recipe and threads end in the same bytes, stopped or not.</summary>
[SuppressMessage("Design", "MA0049", Justification = "Callers read Training.Sft, Training.Dpo.")]
public static class Training
{
    /// <summary>Supervised fine-tuning on examples, loss on response tokens.</summary>
    /// <returns>Metrics of every step.</returns>
    /// <exception cref="InputException">Unusable model or data, a disk that is full, or a training that diverged.</exception>
    /// <exception cref="OperationCanceledException">The token, or <paramref name="progress"/>.</exception>
    public static IReadOnlyList<TrainingMetric> Sft(
        TrainingJob job, SftRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        var policy = ModelFolder.ReadModel(job.Start, trainable: true);
        var examples = TrainingData.ReadExamples(job.Data, policy.Config);
        using var objective = new SftObjective(policy, [.. examples.Select(e => TokenSequence.Of(e.Prompt, e.Response))], recipe);
        return Run("sft", objective, job, recipe, outFolder, progress, cancel);
    }

    /// <summary>Direct preference optimisation on pairs, tied to the job's reference.</summary>
    /// <inheritdoc cref="Sft"/>
    public static IReadOnlyList<TrainingMetric> Dpo(
        TrainingJob job, DpoRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        // The reference first and gone again: two models never lie in memory.
        var (reference, shape) = Reference(job);
        var pairs = TrainingData.ReadPairs(job.Data, shape);
        var alpha = recipe.Variant?.LdAlpha;
        var before = ReferenceLogProbs.Of(reference, pairs, job.Work, TrainingIdentity.OfReference(job, alpha is null ? null : $"ld {alpha:R}"), cancel, alpha);
        using var objective = new DpoObjective(ModelFolder.ReadModel(job.Start, trainable: true), pairs, before, new TokenVariant(recipe.Variant, recipe.Beta));
        return Run("dpo", objective, job, recipe, outFolder, progress, cancel);
    }

    /// <summary>Kahneman-Tversky optimisation on the responses of pairs, tied to the job's reference.</summary>
    /// <inheritdoc cref="Sft"/>
    public static IReadOnlyList<TrainingMetric> Kto(
        TrainingJob job, KtoRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        var (reference, shape) = Reference(job);
        var responses = JudgedResponse.Of(TrainingData.ReadPairs(job.Data, shape), shape.MaxPositions);
        if (recipe.Loss == "kto" && responses.All(r => r.Prompt.SequenceEqual(responses[0].Prompt)))
        {
            throw new InputException($"{job.Data} has responses to one prompt only; kto measures the policy on responses to other prompts. Take more prompts, or loss: apoZero.");
        }

        var before = ReferenceLogProbs.Of(reference, KtoObjective.Pairs(responses), job.Work, TrainingIdentity.OfReference(job, "judged"), cancel);
        using var objective = new KtoObjective(ModelFolder.ReadModel(job.Start, trainable: true), responses, before, recipe);
        return Run("kto", objective, job, recipe, outFolder, progress, cancel);
    }

    /// <summary>Preference optimisation on pairs without a reference: simpo, cpo or orpo, whichever the recipe holds.</summary>
    /// <inheritdoc cref="Sft"/>
    public static IReadOnlyList<TrainingMetric> ReferenceFree(
        TrainingJob job, OptimizationRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        TrainingRecipe settings = recipe.Simpo ?? recipe.Cpo ?? (TrainingRecipe?)recipe.Orpo ?? throw new InputException($"{recipe.Algorithm} needs a reference.");
        var policy = ModelFolder.ReadModel(job.Start, trainable: true);
        var pairs = TrainingData.ReadPairs(job.Data, policy.Config);
        using var objective = new ReferenceFreeObjective(recipe.Algorithm, policy, pairs, new ReferenceFreeVariant(recipe));
        return Run(recipe.Algorithm, objective, job, settings, outFolder, progress, cancel);
    }

    /// <summary>Reinforcement learning on prompts: grpo, rloo or ppo, whichever the recipe holds, with rewards of the job's reward model. PPO's critic begins
    /// as that model.</summary>
    /// <inheritdoc cref="Sft"/>
    public static IReadOnlyList<TrainingMetric> Online(
        TrainingJob job, OptimizationRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        var rewards = job.RewardModel ?? throw new InputException($"{recipe.Algorithm} was asked for without a reward model, which judges its samples; name one.");
        var (reference, shape) = Reference(job);
        if (ModelFolder.ReadRewardModelConfig(rewards).Vocabulary is var ids && ids != shape.Vocabulary)
        {
            throw new InputException(
                $"The reward model {rewards} has {ids} token ids, the policy {job.Start} has {shape.Vocabulary}; they must share a tokenizer.");
        }

        var prompts = TrainingData.ReadPrompts(job.Data, shape);
        IReadOnlyList<int> lengths = [.. prompts.Select(prompt => prompt.Length)];
        LanguageModel Policy() => ModelFolder.ReadModel(job.Start, trainable: true);
        LanguageModel Frozen() => ModelFolder.ReadModel(reference, trainable: false);
        IRollouts Sampled(OnlineRecipe settings, int samples) => new SampledRollouts(
            prompts, ModelFolder.ReadRewardModel(rewards, trainable: false), settings, samples, job.EndIds ?? shape.EosTokenIds, job.Seed);
        if (recipe.Ppo is { } ppo)
        {
            var plan = RolloutPlan.Of(ppo, lengths, job.Seed);
            using var classic = new PpoObjective(Policy(), Frozen(), ModelFolder.ReadRewardModel(rewards, trainable: true), lengths, Sampled(ppo, 1), plan, ppo);
            return Run("ppo", classic, job, ppo, outFolder, progress, cancel, plan.Training(ppo));
        }

        var algorithm = GroupAlgorithm.Of(recipe);
        using var objective = new GroupObjective(
            Policy(), algorithm.NeedsReference ? Frozen() : null, lengths, Sampled(algorithm.Recipe, algorithm.Recipe.Samples), algorithm);
        return Run(algorithm.Name, objective, job, algorithm.Recipe, outFolder, progress, cancel);
    }

    /// <summary>A Bradley-Terry reward model on pairs.</summary>
    /// <inheritdoc cref="Sft"/>
    public static IReadOnlyList<TrainingMetric> RewardModel(
        TrainingJob job, RewardModelRecipe recipe, string outFolder, TrainingProgress progress, CancellationToken cancel)
    {
        var model = ModelFolder.ReadRewardModelStart(job.Start);
        var pairs = TrainingData.ReadPairs(job.Data, model.Body.Config);
        using var objective = new RewardModelObjective(model, pairs, recipe.Centring);
        return Run("reward-model", objective, job, recipe, outFolder, progress, cancel);
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
        CancellationToken cancel, TrainingPlan? plan = null)
    {
        var checkpoints = new TrainingCheckpoints(job.Work, TrainingIdentity.Of(algorithm, job, recipe), recipe.CheckpointSteps);
        var metrics = TrainingLoop.Run(objective, plan ?? TrainingPlan.Of(recipe, objective.Lengths, job.Seed), checkpoints, progress, cancel);
        DiskFailure.Explain($"write the trained model to {outFolder}", () => objective.Write(outFolder));
        return metrics;
    }
}
