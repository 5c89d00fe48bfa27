namespace Rlaif.Coordinator.Looking;

/// <summary>Where a checkpoint comes from: what <c>rlaif explain CHECKPOINT --json</c> writes and <see cref="LineageView"/> draws.</summary>
public sealed record LineageReport
{
    public required Guid RunId { get; init; }
    public required string Recipe { get; init; }
    public required long Seed { get; init; }
    public required string StartPolicy { get; init; }
    public required string ConstitutionSha256 { get; init; }

    /// <summary>Whether an evaluation promoted the checkpoint; null: none looked at it.</summary>
    public required bool? Promoted { get; init; }

    /// <summary>The trainings that led to it, the newest first; the last one began with the starting policy.</summary>
    public required IReadOnlyList<LineageStep> Steps { get; init; }
}

/// <summary>One training: the command, the artifacts it read and wrote, and the feedback in its data.</summary>
public sealed record LineageStep
{
    public required Guid CommandId { get; init; }
    public required int Round { get; init; }
    public required string Stage { get; init; }
    public required string Kind { get; init; }
    public required string Artifact { get; init; }
    public required string WeightsSha256 { get; init; }
    public required string StartArtifact { get; init; }
    public required string DataArtifact { get; init; }
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>Settled pairs in the data.</summary>
    public required IReadOnlyList<LineagePair> Pairs { get; init; }

    /// <summary>Revisions in the data of a supervised training.</summary>
    public required IReadOnlyList<LineageRevision> Revisions { get; init; }

    /// <summary>What a judge said of the training's own samples, which rewarded them.</summary>
    public required IReadOnlyList<LineageRollouts> Rollouts { get; init; }
}

/// <summary>Two responses that a training sampled to one prompt, and who judged them how.</summary>
/// <param name="Prompt">What the user said last.</param>
public sealed record LineageRollouts(Guid Id, string Prompt, string First, string Second, IReadOnlyList<LineageJudgement> Judgements);

/// <summary>A pair with the policies that answered, the settled preference for the first response, and who judged it how.</summary>
/// <param name="PromptSha256">Of the prompt as the run stores it.</param>
public sealed record LineagePair(
    Guid Id, int Round, string PromptId, string PromptSha256, Guid First, string FirstPolicy, Guid Second, string SecondPolicy,
    double Preference, IReadOnlyList<LineageJudgement> Judgements);

/// <summary>One vote. <paramref name="JudgePromptSha256"/> is that of the rendered judge prompts; null for people and rules.</summary>
public sealed record LineageJudgement(
    string Pool, string Labeler, string Principle, double? Preference, double? PositionBias, bool NotApplicable, string? Failure,
    string? JudgePromptSha256);

/// <summary>A response that was written again under a principle.</summary>
/// <param name="Pair">Revision against draft, whose votes chose it; null when the two were not compared.</param>
public sealed record LineageRevision(Guid Response, Guid Draft, string Principle, LineagePair? Pair);
