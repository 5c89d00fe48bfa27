using MassTransit;

namespace Rlaif.Contracts;

/// <summary>Why responses are sampled.</summary>
public enum Purpose
{
    /// <summary>To be paired and labeled.</summary>
    Preference,

    /// <summary>To compare a policy with another on held-out prompts.</summary>
    Evaluation,

    /// <summary>To be shown to people at the end.</summary>
    Demo,

    /// <summary>Pairs with a known human choice, which tell what a judge is worth.</summary>
    Calibration,
}

/// <summary>How responses are sampled. Temperature 0 is greedy; TopP 1 keeps all.</summary>
public sealed record Sampling(double Temperature, double TopP, int MaxNewTokens);

/// <summary>A fixed batch of prompts is to be answered: which prompts, how many samples and the seed are part of the command,
/// because the composition of a batch changes floating-point results.</summary>
/// <remarks>Coordinator -> Generator. Id: name of (run, round, purpose, policy, batch).</remarks>
[EntityName("rlaif.generate-responses.v1"), MessageUrn("rlaif:generate-responses:v1", useDefaultPrefix: false)]
public sealed record GenerateResponses
{
    /// <summary>Name of (run, round, purpose, policy, batch).</summary>
    public required Guid Id { get; init; }

    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The round; 0 is the starting policy's evaluation.</summary>
    public required int Round { get; init; }

    /// <summary>Why.</summary>
    public required Purpose Purpose { get; init; }

    /// <summary>Artifact of the policy that answers.</summary>
    public required string Policy { get; init; }

    /// <summary>Artifact of the policy under which the responses are scored too, for KL; null: not scored.</summary>
    public string? Reference { get; init; }

    /// <summary>The prompts of this batch, in order.</summary>
    public required IReadOnlyList<Prompt> Prompts { get; init; }

    /// <summary>Samples of each prompt.</summary>
    public required int Samples { get; init; }

    /// <summary>How they are sampled.</summary>
    public required Sampling Sampling { get; init; }

    /// <summary>Seed of the batch; row r of the batch draws from stream (seed, r).</summary>
    public required ulong Seed { get; init; }
}

/// <summary>One draft to be criticised and written again under one principle.</summary>
/// <param name="ResponseId">The draft's response row.</param>
/// <param name="Prompt">The dialogue.</param>
/// <param name="Text">The draft's text.</param>
/// <param name="Principle">Id of the principle, or the constitution's generic request.</param>
/// <param name="CritiqueRequest">What the policy is asked after its draft.</param>
/// <param name="RevisionRequest">What it is asked after its critique.</param>
public sealed record Draft(Guid ResponseId, Prompt Prompt, string Text, string Principle, string CritiqueRequest, string RevisionRequest);

/// <summary>A fixed batch of drafts is to be criticised and revised.</summary>
/// <remarks>Coordinator -> Generator. Id: name of (run, round, revision, batch).</remarks>
[EntityName("rlaif.revise-responses.v1"), MessageUrn("rlaif:revise-responses:v1", useDefaultPrefix: false)]
public sealed record ReviseResponses
{
    /// <summary>Name of (run, round, revision, batch).</summary>
    public required Guid Id { get; init; }

    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The round.</summary>
    public required int Round { get; init; }

    /// <summary>Artifact of the policy that criticises and revises.</summary>
    public required string Policy { get; init; }

    /// <summary>The drafts of this batch, in order.</summary>
    public required IReadOnlyList<Draft> Drafts { get; init; }

    /// <summary>How critiques are sampled.</summary>
    public required Sampling Critique { get; init; }

    /// <summary>How revisions are sampled.</summary>
    public required Sampling Revision { get; init; }

    /// <summary>Seed of the batch.</summary>
    public required ulong Seed { get; init; }
}

/// <summary>The responses of one command are in the database.</summary>
/// <remarks>Generator -> Coordinator. Id: that of the command.</remarks>
[EntityName("rlaif.responses-generated.v1"), MessageUrn("rlaif:responses-generated:v1", useDefaultPrefix: false)]
public sealed record ResponsesGenerated(Guid Id, Guid RunId, int Round, Purpose Purpose);

/// <summary>The revisions of one command are in the database.</summary>
/// <remarks>Generator -> Coordinator. Id: that of the command.</remarks>
[EntityName("rlaif.responses-revised.v1"), MessageUrn("rlaif:responses-revised:v1", useDefaultPrefix: false)]
public sealed record ResponsesRevised(Guid Id, Guid RunId, int Round);
