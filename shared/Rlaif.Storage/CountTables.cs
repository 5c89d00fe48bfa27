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

/// <summary>Commands of one kind of stage that have no outcome.</summary>
public sealed record OpenCount
{
    public string Stage { get; init; } = "";
    public long Commands { get; init; }

    /// <summary>When the oldest of those under way was sent; null: none is.</summary>
    public DateTimeOffset? IssuedAt { get; init; }
}

/// <summary>Runs of one state: going on, paused, ended.</summary>
public sealed record RunCount
{
    public string State { get; init; } = "";
    public long Runs { get; init; }
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

    /// <summary>Of the runs that go on. Only stages that have not ended are looked through.</summary>
    public Task<IReadOnlyList<OpenCount>> Open(CancellationToken cancel) => Read<OpenCount>(
        $"""
        select command.stage, count(*) as commands, min(command.issued_at) as issued_at
        from stage join command on command.run_id = stage.run_id and command.round = stage.round and command.stage = stage.name
        where not exists (select 1 from stage_end where stage_end.run_id = stage.run_id and stage_end.round = stage.round and stage_end.name = stage.name)
        and not command.done and {RunTables.GoesOn("stage.run_id")}
        group by command.stage order by command.stage
        """,
        default,
        cancel);

    public Task<IReadOnlyList<RunCount>> Runs(CancellationToken cancel) => Read<RunCount>(
        $"""
        select state, count(*) as runs from (
            select case when exists (select 1 from run_end where run_end.run_id = run.id) then 'ended'
                        when {RunTables.GoesOn("run.id")} then 'going_on' else 'paused' end as state from run) as states
        group by state order by state
        """,
        default,
        cancel);

    private async Task<IReadOnlyList<T>> Read<T>(string sql, Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<T>(sql, new { runId })).AsList();
    }
}
