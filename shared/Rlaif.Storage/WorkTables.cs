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

    /// <summary>The name under which stand the questions that a training asks about what it samples, while it is the command of a stage of this name. There
    /// is no stage of that name: nobody plans them, and what waits for them is the training.</summary>
    public static string OfRewards(string stage) => $"{stage}-rewards";
}

/// <summary>Stages, their commands and what came of them. The table is the truth; a message is a wake-up.</summary>
public sealed class WorkTables(Database database)
{
    /// <summary>How long whoever took a command has for sending it.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);

    private const int PlannedAtOnce = 300;

    /// <summary>Inserts the commands, some hundred at a time, and then the stage with their number: until it is there nobody sees them, and
    /// whoever died in between plans the same again.</summary>
    public async Task Plan(StageRow stage, IAsyncEnumerable<CommandRow> commands, CancellationToken cancel)
    {
        var total = 0;
        await foreach (var chunk in commands.Chunk(PlannedAtOnce).WithCancellation(cancel))
        {
            total += chunk.Length;
            await Add(chunk, cancel);
        }

        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(
            """
            insert into stage (run_id, round, ordinal, name, total, planned_at)
            values (@RunId, @Round, @Ordinal, @Name, @Total, @PlannedAt) on conflict (run_id, round, name) do nothing
            """,
            stage with { Total = total });
    }

    /// <summary>Inserts commands that no stage waits for.</summary>
    public Task Add(IReadOnlyList<CommandRow> commands, CancellationToken cancel) => database.Transact(
        (connection, transaction) => connection.InsertAll(
            """
            insert into command (id, run_id, round, stage, ordinal, kind, pool, body, trace)
            values (@Id, @RunId, @Round, @Stage, @Ordinal, @Kind, @Pool, @Body, @Trace) on conflict (id) do nothing
            """,
            commands,
            transaction),
        cancel);

    /// <summary>Behind the last command of a name; 0 when there is none.</summary>
    public async Task<int> NextOrdinal(Guid runId, int round, string stage, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<int>(
            "select coalesce(max(ordinal) + 1, 0) from command where run_id = @runId and round = @round and stage = @stage", new { runId, round, stage });
    }

    /// <summary>The stage that was planned last; null: none was. Its outcomes are not counted.</summary>
    public async Task<StageRow?> Last(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QueryFirstOrDefaultAsync<StageRow>(
            """
            select stage.*, stage_end.ended_at, stage_end.note
            from stage left join stage_end on stage_end.run_id = stage.run_id and stage_end.round = stage.round and stage_end.name = stage.name
            where stage.run_id = @runId order by stage.round desc, stage.ordinal desc limit 1
            """,
            new { runId });
    }

    /// <summary>Whether a command of a stage has no outcome; costs the same however many it has.</summary>
    public async Task<bool> IsOpen(StageRow stage, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(stage);
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<int>(
            "select count(*) from (select 1 from command where run_id = @RunId and round = @Round and stage = @Name and not done limit 1) as one",
            stage) == 1;
    }

    /// <summary>Commands of a stage to a pool that have no outcome, the first so many.</summary>
    /// <param name="pool">Empty: commands to no pool.</param>
    public async Task<IReadOnlyList<CommandRow>> Open(StageRow stage, string pool, int limit, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(stage);
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<CommandRow>(
            "select * from command where run_id = @RunId and round = @Round and stage = @Name and coalesce(pool, '') = @pool and not done order by ordinal limit @limit",
            new { stage.RunId, stage.Round, stage.Name, pool, limit })).AsList();
    }

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

    /// <summary>Takes commands to a pool that have no outcome and were never issued, or so long ago that they count as lost; at most so many
    /// that <paramref name="window"/> of the pool are under way (the in-memory transport has no back-pressure). What was taken is to be sent
    /// and then said to be <see cref="Issued"/>; what another taker holds is left to it.</summary>
    /// <param name="pool">Empty: commands to no pool.</param>
    public async Task<IReadOnlyList<CommandRow>> TakeDue(
        StageRow stage, string pool, int window, string taker, DateTimeOffset lostBefore, DateTimeOffset now, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(stage);
        IReadOnlyList<CommandRow> due = [];
        await database.Transact(
            async (connection, transaction) =>
            {
                const string Open = "run_id = @RunId and round = @Round and stage = @Name and coalesce(pool, '') = @pool and not done";
                var underWay = await connection.ExecuteScalarAsync<int>(
                    $"select count(*) from command where {Open} and (issued_at >= @lostBefore or (taken_until >= @now and taken_by <> @taker))",
                    new { stage.RunId, stage.Round, stage.Name, pool, lostBefore, now, taker },
                    transaction);
                // The conditions twice: whoever waited for a row finds that it was taken meanwhile.
                const string Free = "(issued_at is null or issued_at < @lostBefore) and (taken_until is null or taken_until < @now or taken_by = @taker)";
                due = (await connection.QueryAsync<CommandRow>(
                    $"""
                    update command set taken_by = @taker, taken_until = @until where id in (
                        select id from command where {Open} and {Free} order by ordinal limit @limit)
                    and {Free} returning *
                    """,
                    new { stage.RunId, stage.Round, stage.Name, pool, lostBefore, taker, now, until = now + Hold, limit = Math.Max(0, window - underWay) },
                    transaction)).OrderBy(row => row.Ordinal).ToList();
            },
            cancel);
        return due;
    }

    /// <summary>The broker has these. What was asked to be sent again meanwhile stays so: somebody may have thrown the first copy away.</summary>
    public Task Issued(IReadOnlyList<Guid> commandIds, string taker, DateTimeOffset at, CancellationToken cancel) => database.Transact(
        (connection, transaction) => connection.ExecuteEach(
            "update command set issued_at = @at, taken_until = null where id = @id and taken_by = @taker and taken_until is not null",
            commandIds,
            new { at, taker },
            transaction),
        cancel);

    /// <summary>Every command of a run that has no outcome is sent again: it goes on after a pause.</summary>
    public async Task IssueAgain(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(
            """
            update command set issued_at = null, taken_until = null where run_id = @runId and not done
            """,
            new { runId });
    }

    /// <summary>A command by its id; null when nobody planned it.</summary>
    public async Task<CommandRow?> Command(Guid commandId, CancellationToken cancel) => (await Commands([commandId], cancel)).SingleOrDefault();

    /// <summary>Those of some ids that were planned.</summary>
    public async Task<IReadOnlyList<CommandRow>> Commands(IReadOnlyList<Guid> ids, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var values = new DynamicParameters();
        return (await connection.QueryAsync<CommandRow>($"select * from command where id in {values.List("id", ids)}", values)).AsList();
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
        Finish(connection, transaction, [commandId], result, at);

    /// <summary>The same for many with one result.</summary>
    internal static Task Finish(DbConnection connection, DbTransaction transaction, IReadOnlyList<Guid> commandIds, string result, DateTimeOffset at) =>
        connection.ExecuteEach(
            """
            insert into outcome (command_id, run_id, round, stage, result, finished_at)
            select id, run_id, round, stage, @result, @at from command where id = @id on conflict (command_id) do nothing;
            update command set done = true where id = @id and not done
            """,
            commandIds,
            new { result, at },
            transaction);
}
