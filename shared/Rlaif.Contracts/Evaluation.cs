using MassTransit;

namespace Rlaif.Contracts;

/// <summary>The labeled evaluation pairs of a round are to become figures.</summary>
/// <remarks>Coordinator -> Evaluator. Id: name of (run, round, evaluation).</remarks>
[EntityName("rlaif.evaluate-policy.v1"), MessageUrn("rlaif:evaluate-policy:v1", useDefaultPrefix: false)]
public sealed record EvaluatePolicy(Guid Id, Guid RunId, int Round, string Candidate, int IncumbentRound);

/// <summary>The figures of a round are in the database.</summary>
/// <remarks>Evaluator -> Coordinator. Id: that of the command.</remarks>
[EntityName("rlaif.policy-evaluated.v1"), MessageUrn("rlaif:policy-evaluated:v1", useDefaultPrefix: false)]
public sealed record PolicyEvaluated(Guid Id, Guid RunId, int Round, bool Promote, IReadOnlyList<string> Reasons);

/// <summary>The round's candidate replaces the incumbent.</summary>
/// <remarks>Coordinator -> all. Id: name of (run, round, gate).</remarks>
[EntityName("rlaif.policy-promoted.v1"), MessageUrn("rlaif:policy-promoted:v1", useDefaultPrefix: false)]
public sealed record PolicyPromoted(Guid Id, Guid RunId, int Round, string Artifact);

/// <summary>The incumbent stays.</summary>
/// <remarks>Coordinator -> all. Id: name of (run, round, gate).</remarks>
[EntityName("rlaif.policy-rejected.v1"), MessageUrn("rlaif:policy-rejected:v1", useDefaultPrefix: false)]
public sealed record PolicyRejected(Guid Id, Guid RunId, int Round, string Artifact, IReadOnlyList<string> Reasons);

/// <summary>A run reached its end.</summary>
/// <remarks>Coordinator -> all. Id: name of (run, completed).</remarks>
[EntityName("rlaif.run-completed.v1"), MessageUrn("rlaif:run-completed:v1", useDefaultPrefix: false)]
public sealed record RunCompleted(Guid Id, Guid RunId, string Policy);

/// <summary>A run cannot go on by itself.</summary>
/// <remarks>Coordinator, or the worker that found it -> all. Id: name of (run, paused, command).</remarks>
[EntityName("rlaif.run-paused.v1"), MessageUrn("rlaif:run-paused:v1", useDefaultPrefix: false)]
public sealed record RunPaused(Guid Id, Guid RunId, string Reason);
