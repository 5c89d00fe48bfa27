using MassTransit;

namespace Rlaif.Contracts;

/// <summary>One pair is to be compared under the given principles.</summary>
/// <remarks>Coordinator -> queue <c>label-{pool}</c> -> any labeler of that pool. It carries all that a labeler needs.
/// Id: name of (pair, pool, attempt), so a second delivery writes the same row.</remarks>
[EntityName("rlaif.label-preference.v1"), MessageUrn("rlaif:label-preference:v1", useDefaultPrefix: false)]
public sealed record LabelPreference
{
    /// <summary>Name of (pair, pool, attempt).</summary>
    public required Guid Id { get; init; }

    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The pair.</summary>
    public required Guid PairId { get; init; }

    /// <summary>The pool that is asked: <c>rules</c>, <c>judge</c>, <c>human</c>, or anybody's own.</summary>
    public required string Pool { get; init; }

    /// <summary>The dialogue before the responses.</summary>
    public required IReadOnlyList<Turn> Prompt { get; init; }

    /// <summary>The response shown first.</summary>
    public required Candidate First { get; init; }

    /// <summary>The response shown second.</summary>
    public required Candidate Second { get; init; }

    /// <summary>What to judge by: one vote is asked for each.</summary>
    public required IReadOnlyList<PrincipleText> Principles { get; init; }

    /// <summary>What is known of a right answer; null when nothing is.</summary>
    public Expectation? Expectation { get; init; }

    /// <summary>The constitution's guidelines for labelers, the same text for people and models.</summary>
    public required string Guidelines { get; init; }

    /// <summary>SHA-256 of the constitution.</summary>
    public required string Constitution { get; init; }

    /// <summary>Until then the run waits. Later it goes on without the pool's answer if nobody of the pool has answered anything for as long.</summary>
    public required DateTimeOffset Deadline { get; init; }
}

/// <summary>A labeler's votes on one pair.</summary>
/// <remarks>Any labeler -> Coordinator. Id: that of the <see cref="LabelPreference"/> that it answers.</remarks>
[EntityName("rlaif.preference-labeled.v1"), MessageUrn("rlaif:preference-labeled:v1", useDefaultPrefix: false)]
public sealed record PreferenceLabeled
{
    /// <summary>The id of the command that this answers.</summary>
    public required Guid Id { get; init; }

    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The pair.</summary>
    public required Guid PairId { get; init; }

    /// <summary>The pool that was asked.</summary>
    public required string Pool { get; init; }

    /// <summary>Who labeled: a person's name, or a judge's definition with its model, for example <c>judge/pairwise/SmolLM2-135M</c>.</summary>
    public required string Labeler { get; init; }

    /// <summary>One vote for each principle that was asked.</summary>
    public required IReadOnlyList<Vote> Votes { get; init; }

    /// <summary>Calls of a model that this took; 0 for people and rules.</summary>
    public int Calls { get; init; }

    /// <summary>SHA-256 of the rendered judge prompts; null for people and rules.</summary>
    public string? PromptSha256 { get; init; }
}

/// <summary>A labeler will not label a pair; the pair goes elsewhere or is dropped.</summary>
/// <remarks>Any labeler -> Coordinator. Id: that of the command.</remarks>
[EntityName("rlaif.preference-declined.v1"), MessageUrn("rlaif:preference-declined:v1", useDefaultPrefix: false)]
public sealed record PreferenceDeclined(Guid Id, Guid RunId, Guid PairId, string Pool, string Labeler, FailureKind Failure, string Reason);

/// <summary>The pairs of a round became soft preferences, or were dropped with a reason.</summary>
/// <remarks>Coordinator -> all. Id: name of (run, round, purpose).</remarks>
[EntityName("rlaif.preferences-settled.v1"), MessageUrn("rlaif:preferences-settled:v1", useDefaultPrefix: false)]
public sealed record PreferencesSettled(Guid Id, Guid RunId, int Round, int Settled, int Dropped);
