using Dapper;

namespace Rlaif.Storage;

/// <summary>Responses of a round.</summary>
public sealed record ResponseCount
{
    public int Round { get; init; }
    public string Purpose { get; init; } = "";
    public int Responses { get; init; }
}

/// <summary>Pairs of a round and what became of them.</summary>
public sealed record PairCount
{
    public int Round { get; init; }
    public string Purpose { get; init; } = "";
    public int Pairs { get; init; }
    public int Settled { get; init; }
    public int Kept { get; init; }
}

/// <summary>Pairs of a round that were dropped for one reason.</summary>
public sealed record DropCount
{
    public int Round { get; init; }
    public string Purpose { get; init; } = "";
    public string Reason { get; init; } = "";
    public int Pairs { get; init; }
}

/// <summary>What one labeler did in a run.</summary>
public sealed record LabelCount
{
    public string Pool { get; init; } = "";
    public string Labeler { get; init; } = "";
    public string Purpose { get; init; } = "";
    public int Labels { get; init; }
    public int Declined { get; init; }
    public int Calls { get; init; }
}

/// <summary>Votes of one labeler by what they are: a preference, nothing to say, or a kind of failure.</summary>
public sealed record VoteCount
{
    public string Labeler { get; init; } = "";
    public string Purpose { get; init; } = "";
    public string? Failure { get; init; }
    public int Preferences { get; init; }
    public int NotApplicable { get; init; }
    public int Votes { get; init; }
}

/// <summary>Counts for people who look: one row for thousands of facts.</summary>
public sealed class CountTables(Database database)
{
    public Task<IReadOnlyList<ResponseCount>> Responses(Guid runId, CancellationToken cancel) => Read<ResponseCount>(
        """
        select round, purpose, count(*) as responses from response where run_id = @runId
        group by round, purpose order by round, purpose
        """,
        runId,
        cancel);

    public Task<IReadOnlyList<PairCount>> Pairs(Guid runId, CancellationToken cancel) => Read<PairCount>(
        """
        select pair.round, pair.purpose, count(*) as pairs, count(settled.preference) as settled,
               count(case when settled.kept then 1 end) as kept
        from pair left join settled on settled.pair_id = pair.id where pair.run_id = @runId
        group by pair.round, pair.purpose order by pair.round, pair.purpose
        """,
        runId,
        cancel);

    public Task<IReadOnlyList<DropCount>> Drops(Guid runId, CancellationToken cancel) => Read<DropCount>(
        """
        select pair.round, pair.purpose, settled.dropped as reason, count(*) as pairs
        from pair join settled on settled.pair_id = pair.id where pair.run_id = @runId and settled.dropped is not null
        group by pair.round, pair.purpose, settled.dropped order by pair.round, pair.purpose, settled.dropped
        """,
        runId,
        cancel);

    public Task<IReadOnlyList<LabelCount>> Labels(Guid runId, CancellationToken cancel) => Read<LabelCount>(
        """
        select label.pool, label.labeler, pair.purpose, count(*) as labels, count(label.declined) as declined,
               cast(sum(label.calls) as bigint) as calls
        from label join pair on pair.id = label.pair_id where label.run_id = @runId
        group by label.pool, label.labeler, pair.purpose order by label.pool, label.labeler, pair.purpose
        """,
        runId,
        cancel);

    public Task<IReadOnlyList<VoteCount>> Votes(Guid runId, CancellationToken cancel) => Read<VoteCount>(
        """
        select label.labeler, pair.purpose, vote.failure, count(vote.preference) as preferences,
               count(case when vote.not_applicable then 1 end) as not_applicable, count(*) as votes
        from label join pair on pair.id = label.pair_id join vote on vote.label_id = label.id where label.run_id = @runId
        group by label.labeler, pair.purpose, vote.failure order by label.labeler, pair.purpose, vote.failure
        """,
        runId,
        cancel);

    private async Task<IReadOnlyList<T>> Read<T>(string sql, Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<T>(sql, new { runId })).AsList();
    }
}
