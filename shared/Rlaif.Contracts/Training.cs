using MassTransit;

namespace Rlaif.Contracts;

/// <summary>A reward model is to be trained on settled pairs.</summary>
/// <remarks>Coordinator -> RewardTrainer. Id: name of (run, round, reward-model). Data is an artifact: preference pairs as JSON lines, with token ids.
/// Scale is set when the recipe asks for it: the starting policy's answers to the held-out prompts, on which the model's scale is measured.</remarks>
[EntityName("rlaif.train-reward-model.v1"), MessageUrn("rlaif:train-reward-model:v1", useDefaultPrefix: false)]
public sealed record TrainRewardModel(Guid Id, Guid RunId, int Round, string Start, string Data, ulong Seed, string? Scale = null);

/// <summary>A reward model was published.</summary>
/// <remarks>RewardTrainer -> Coordinator. Id: that of the command.</remarks>
[EntityName("rlaif.reward-model-trained.v1"), MessageUrn("rlaif:reward-model-trained:v1", useDefaultPrefix: false)]
public sealed record RewardModelTrained(Guid Id, Guid RunId, int Round, string Artifact);

/// <summary>The evaluation responses of one policy are to be scored.</summary>
/// <remarks>Coordinator -> RewardTrainer. Id: name of (run, round, scores, policy).</remarks>
[EntityName("rlaif.score-responses.v1"), MessageUrn("rlaif:score-responses:v1", useDefaultPrefix: false)]
public sealed record ScoreResponses(Guid Id, Guid RunId, int Round, string RewardModel, IReadOnlyList<int> Rounds, Purpose Purpose);

/// <summary>Scores are in the database.</summary>
/// <remarks>RewardTrainer -> Coordinator. Id: that of the command.</remarks>
[EntityName("rlaif.responses-scored.v1"), MessageUrn("rlaif:responses-scored:v1", useDefaultPrefix: false)]
public sealed record ResponsesScored(Guid Id, Guid RunId, int Round);

/// <summary>A policy is to be optimised by one algorithm.</summary>
/// <remarks>Coordinator -> PolicyOptimizer. Id: name of (run, round, algorithm, position). Start and Reference are artifacts of policies,
/// Data one of JSON lines with token ids: the trainer never re-tokenizes a response. RewardModel is set for algorithms that sample themselves, whose data
/// are prompts. Critic is an earlier checkpoint of the same algorithm, beside which its critic lies, when the recipe keeps that. Settings come from the run's
/// recipe.</remarks>
[EntityName("rlaif.optimize-policy.v1"), MessageUrn("rlaif:optimize-policy:v1", useDefaultPrefix: false)]
public sealed record OptimizePolicy(Guid Id, Guid RunId, int Round, int Position, string Algorithm, string Start, string Reference, string Data, ulong Seed,
    string? RewardModel = null, string? Critic = null);

/// <summary>A policy checkpoint was published.</summary>
/// <remarks>PolicyOptimizer -> Coordinator. Id: that of the command. A new policy has a new immutable artifact.</remarks>
[EntityName("rlaif.policy-checkpoint-published.v1"), MessageUrn("rlaif:policy-checkpoint-published:v1", useDefaultPrefix: false)]
public sealed record PolicyCheckpointPublished(Guid Id, Guid RunId, int Round, string Artifact);

/// <summary>A training paired responses that it has sampled; the commands that ask the judge about them are in the database.</summary>
/// <remarks>PolicyOptimizer -> Coordinator, who sends them. Id: name of (training, the first of the commands).</remarks>
[EntityName("rlaif.rollouts-paired.v1"), MessageUrn("rlaif:rollouts-paired:v1", useDefaultPrefix: false)]
public sealed record RolloutsPaired(Guid Id, Guid RunId, int Round, int Pairs);
