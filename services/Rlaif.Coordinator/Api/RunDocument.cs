using Rlaif.Storage;

namespace Rlaif.Coordinator.Api;

/// <summary>A run as a client asks for it: read, checked and drawn where its files are. The starting policy and the prompts are uploaded before
/// as artifacts.</summary>
public sealed record RunDocument
{
    /// <summary>Names what the run is made of: the same document is the same run.</summary>
    public required Guid Id { get; init; }

    /// <summary>The recipe's name.</summary>
    public required string Name { get; init; }

    /// <summary>The recipe as JSON, defaults written out.</summary>
    public required string Recipe { get; init; }

    /// <summary>The recipe's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Artifact of the starting policy.</summary>
    public required string StartPolicy { get; init; }

    /// <summary>The constitution's text.</summary>
    public required string Constitution { get; init; }

    /// <summary>Artifact of its prompts with the part that each plays: <see cref="RunPrompts.File"/>.</summary>
    public required string Prompts { get; init; }
}

/// <summary>How far a run is.</summary>
public sealed record RunState
{
    /// <summary>The run.</summary>
    public required Guid Id { get; init; }

    /// <summary>The recipe's name.</summary>
    public required string Name { get; init; }

    /// <summary>Rounds that it has.</summary>
    public required int Rounds { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended; null while it has not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it waits; null or empty when it does not.</summary>
    public string? PauseReason { get; init; }

    /// <summary>Artifact of the policy that it ended with.</summary>
    public string? FinalPolicy { get; init; }

    /// <summary>Stages in the order of their planning.</summary>
    public required IReadOnlyList<StageRow> Stages { get; init; }

    /// <summary>Steps done of the training that runs; 0 when none does.</summary>
    public int Step { get; init; }

    /// <summary>Steps that it has.</summary>
    public int Steps { get; init; }

    /// <summary>The server's clock when this was read.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>Why a run is to wait.</summary>
/// <param name="Reason">One sentence for people.</param>
public sealed record PauseDocument(string Reason);
