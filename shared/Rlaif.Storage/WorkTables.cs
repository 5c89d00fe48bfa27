using System.Data.Common;
using Dapper;

namespace Rlaif.Storage;

/// <summary>One command of a stage: what is sent, and to whom.</summary>
public sealed record CommandRow
{
    public Guid Id { get; init; }
    public Guid RunId { get; init; }
    public int Round { get; init; }
    public string Stage { get; init; } = "";
    public int Ordinal { get; init; }
    public string Kind { get; init; } = "";
    public string? Pool { get; init; }
    public string Body { get; init; } = "";

    /// <summary>Trace context under which it was planned; null: nobody traced.</summary>
    public string? Trace { get; init; }
}

/// <summary>How far a stage is.</summary>
public sealed record StageRow
{
    public Guid RunId { get; init; }
    public int Round { get; init; }
    public int Ordinal { get; init; }
    public string Name { get; init; } = "";
    public int Total { get; init; }
    public int Done { get; init; }
    public DateTimeOffset PlannedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? Note { get; init; }
}

/// <summary>Stages, their commands and what came of them. The table is the truth; a message is a wake-up.</summary>
public sealed class WorkTables(Database database)
{
    /// <summary>How long whoever took a command has for sending it.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);

    public Task Plan(StageRow stage, IReadOnlyList<CommandRow> commands, CancellationToken cancel) => database.Transact(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync(
                """
                insert into command (id, run_id, round, stage, ordinal, kind, pool, body, trace)
                values (@Id, @RunId, @Round, @Stage, @Ordinal, @Kind, @Pool, @Body, @Trace) on conflict (id) do nothing
                """,
                commands,
                transaction);
            await connection.ExecuteAsync(
                """
                insert into stage (run_id, round, ordinal, name, total, planned_at)
                values (@RunId, @Round, @Ordinal, @Name, @Total, @PlannedAt) on conflict (run_id, round, name) do nothing
                """,
                stage,
                transaction);
        },
        cancel);

    /// <summary>All stages of a run in the order of their planning, with counts.</summary>
    public async Task<IReadOnlyList<StageRow>> Stages(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<StageRow>(
            """
            select stage.*, stage_end.ended_at, stage_end.note,
                   case when stage_end.ended_at is not null then stage.total else
                   (select count(*) from outcome where outcome.run_id = stage.run_id and outcome.round = stage.round and outcome.stage = stage.name) end as done
            from stage left join stage_end on stage_end.run_id = stage.run_id and stage_end.round = stage.round and stage_end.name = stage.name
            where stage.run_id = @runId order by stage.round, stage.ordinal
            """,
            new { runId })).AsList();
    }

    /// <summary>Takes commands that have no outcome and were never issued, or so long ago that they count as lost; at most so many that
    /// <paramref name="window"/> are under way (the in-memory transport has no back-pressure). What was taken is to be sent and then said
    /// to be <see cref="Issued"/>; what another taker holds is left to it.</summary>
    public async Task<IReadOnlyList<CommandRow>> TakeDue(
        Guid runId, int round, string stage, int window, string taker, DateTimeOffset lostBefore, DateTimeOffset now, CancellationToken cancel)
    {
        IReadOnlyList<CommandRow> due = [];
        await database.Transact(
            async (connection, transaction) =>
            {
                var underWay = await connection.ExecuteScalarAsync<int>(
                    """
                    select count(*) from command where run_id = @runId and round = @round and stage = @stage and issued_at >= @lostBefore
                    and not exists (select 1 from outcome where outcome.command_id = command.id)
                    """,
                    new { runId, round, stage, lostBefore },
                    transaction);
                // The conditions twice: whoever waited for a row finds that it was taken meanwhile.
                const string Free = "(issued_at is null or issued_at < @lostBefore) and (taken_until is null or taken_until < @now or taken_by = @taker)";
                due = (await connection.QueryAsync<CommandRow>(
                    $"""
                    update command set taken_by = @taker, taken_until = @until where id in (
                        select id from command where run_id = @runId and round = @round and stage = @stage and {Free}
                        and not exists (select 1 from outcome where outcome.command_id = command.id) order by ordinal limit @limit)
                    and {Free} returning *
                    """,
                    new { runId, round, stage, lostBefore, taker, now, until = now + Hold, limit = Math.Max(0, window - underWay) },
                    transaction)).OrderBy(row => row.Ordinal).ToList();
            },
            cancel);
        return due;
    }

    /// <summary>The broker has these.</summary>
    public Task Issued(IReadOnlyList<Guid> commandIds, DateTimeOffset at, CancellationToken cancel) => database.Transact(
        (connection, transaction) => connection.ExecuteAsync(
            "update command set issued_at = @at, taken_until = null where id = @id", commandIds.Select(id => new { id, at }), transaction),
        cancel);

    /// <summary>Every command of a run that has no outcome is sent again: it goes on after a pause.</summary>
    public async Task IssueAgain(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(
            """
            update command set issued_at = null, taken_until = null where run_id = @runId
            and not exists (select 1 from outcome where outcome.command_id = command.id)
            """,
            new { runId });
    }

    /// <summary>A command by its id; null when nobody planned it.</summary>
    public async Task<CommandRow?> Command(Guid commandId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<CommandRow>("select * from command where id = @commandId", new { commandId });
    }

    public async Task<string?> Outcome(Guid commandId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<string?>("select result from outcome where command_id = @commandId", new { commandId });
    }

    public async Task EndStage(Guid runId, int round, string name, string note, DateTimeOffset at, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(
            """
            insert into stage_end (run_id, round, name, note, ended_at) values (@runId, @round, @name, @note, @at)
            on conflict (run_id, round, name) do nothing
            """,
            new { runId, round, name, note, at });
    }

    /// <summary>Inserts the outcome of a command, in the caller's transaction, beside the rows that it made.</summary>
    internal static Task Finish(DbConnection connection, DbTransaction transaction, Guid commandId, string result, DateTimeOffset at) =>
        connection.ExecuteAsync(
            """
            insert into outcome (command_id, run_id, round, stage, result, finished_at)
            select id, run_id, round, stage, @result, @at from command where id = @commandId on conflict (command_id) do nothing
            """,
            new { commandId, result, at },
            transaction);
}
