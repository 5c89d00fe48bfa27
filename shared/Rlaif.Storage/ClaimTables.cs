using Dapper;

namespace Rlaif.Storage;

/// <summary>Pairs that wait for people, and who looks at which: two people at once are never shown the same.</summary>
public sealed class ClaimTables(Database database)
{
    /// <summary>How long a person has for a pair before others are shown it.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMinutes(10);

    private static readonly string Open = $"""
        from stage join command on command.run_id = stage.run_id and command.round = stage.round and command.stage = stage.name
        where coalesce(command.pool, '') = @pool and not command.done and {RunTables.GoesOn("stage.run_id")}
        and not exists (select 1 from stage_end where stage_end.run_id = stage.run_id and stage_end.round = stage.round and stage_end.name = stage.name)
        """;

    /// <summary>How many commands of a pool have no outcome, in runs that go on.</summary>
    /// <param name="runId">Only in this run; null: in all.</param>
    public async Task<int> Waiting(string pool, Guid? runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<int>($"select count(*) {Open} {Only(runId)}", new { pool, runId });
    }

    /// <summary>The oldest such command that nobody else holds; <paramref name="labeler"/> holds it from now on. Null: there is none.</summary>
    /// <param name="skip">Commands that the labeler does not want.</param>
    public async Task<CommandRow?> Take(string pool, string labeler, Guid? runId, IReadOnlySet<Guid> skip, DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        while (true)
        {
            var free = await connection.QueryAsync<Guid>(
                $"""
                select command.id {Open} {Only(runId)}
                and not exists (select 1 from label_claim where command_id = command.id and held_by <> @labeler and held_until > @now)
                order by (select created_at from run where run.id = stage.run_id), command.run_id, command.round, command.ordinal limit @limit
                """,
                new { pool, runId, labeler, now, limit = skip.Count + 1 });
            if (free.Where(id => !skip.Contains(id)).Select(id => (Guid?)id).FirstOrDefault() is not { } next)
            {
                return null;
            }

            var held = await connection.ExecuteAsync(
                """
                insert into label_claim (command_id, held_by, held_until) values (@next, @labeler, @until)
                on conflict (command_id) do update set held_by = excluded.held_by, held_until = excluded.held_until
                where label_claim.held_by = excluded.held_by or label_claim.held_until <= @now
                """,
                new { next, labeler, now, until = now + Hold });
            if (held == 1)
            {
                return await connection.QuerySingleAsync<CommandRow>("select * from command where id = @next", new { next });
            }

            // Somebody else was faster; the next look leaves it out.
        }
    }

    private static string Only(Guid? runId) => runId is null ? "" : "and stage.run_id = @runId";
}
