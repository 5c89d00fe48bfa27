using System.Data.Common;
using Dapper;

namespace Rlaif.Storage;

/// <summary>A training that somebody holds, or that waits for somebody.</summary>
public sealed record JobRow
{
    public Guid Id { get; init; }
    public Guid RunId { get; init; }
    public string Kind { get; init; } = "";
    public string Body { get; init; } = "";
    public long Epoch { get; init; }

    /// <summary>Trace context under which it was asked for; null: nobody traced.</summary>
    public string? Trace { get; init; }
}

/// <summary>A checkpoint with what it came from.</summary>
public sealed record CheckpointRow
{
    public Guid CommandId { get; init; }
    public Guid RunId { get; init; }
    public int Round { get; init; }
    public string Kind { get; init; } = "";
    public string Artifact { get; init; } = "";
    public string WeightsSha256 { get; init; } = "";
    public string StartArtifact { get; init; } = "";
    public string DataArtifact { get; init; } = "";
    public DateTimeOffset PublishedAt { get; init; }
}

/// <summary>One figure of one step of a training.</summary>
public sealed record MetricRow
{
    public Guid CommandId { get; init; }
    public Guid RunId { get; init; }
    public int Round { get; init; }
    public string Stage { get; init; } = "";
    public int Step { get; init; }
    public string Name { get; init; } = "";
    public double Value { get; init; }
}

/// <summary>Training jobs with their leases, checkpoints and metrics.</summary>
public sealed class TrainingTables(Database database)
{
    public async Task Enqueue(JobRow job, DateTimeOffset at, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(
            """
            insert into training_job (id, run_id, kind, body, epoch, step, steps, created_at, trace)
            values (@Id, @RunId, @Kind, @Body, 0, 0, 0, @at, @Trace) on conflict (id) do nothing
            """,
            new { job.Id, job.RunId, job.Kind, job.Body, job.Trace, at });
    }

    /// <summary>Takes the oldest job of these kinds that nobody holds, that has no outcome and whose run goes on; a new epoch fences the last
    /// holder.</summary>
    public async Task<JobRow?> Claim(IReadOnlyList<string> kinds, string owner, DateTimeOffset now, TimeSpan lease, CancellationToken cancel)
    {
        JobRow? claimed = null;
        await database.Transact(
            async (connection, transaction) =>
            {
                foreach (var kind in kinds)
                {
                    claimed ??= await connection.QuerySingleOrDefaultAsync<JobRow>(
                        // The condition twice: whoever waited for the row finds that it was claimed meanwhile.
                        $"""
                        update training_job set owner = @owner, epoch = epoch + 1, lease_until = @until
                        where id = (select id from training_job where kind = @kind and (lease_until is null or lease_until < @now)
                                    and not exists (select 1 from outcome where outcome.command_id = training_job.id)
                                    and {RunTables.GoesOn("training_job.run_id")} order by created_at, id limit 1)
                        and (lease_until is null or lease_until < @now)
                        returning id, run_id, kind, body, epoch, trace
                        """,
                        new { kind, owner, now, until = now + lease },
                        transaction);
                }
            },
            cancel);
        return claimed;
    }

    /// <summary>Extends the lease and records the step; false: somebody else holds the job now, or its run does not go on.</summary>
    public async Task<bool> Heartbeat(JobRow job, int step, int steps, DateTimeOffset until, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteAsync(
            $"""
            update training_job set lease_until = @until, step = @step, steps = @steps where id = @Id and epoch = @Epoch
            and {RunTables.GoesOn("training_job.run_id")}
            """,
            new { job.Id, job.Epoch, step, steps, until }) == 1;
    }

    /// <summary>Whether this epoch is still the job's.</summary>
    public async Task<bool> IsHeld(JobRow job, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<long?>("select epoch from training_job where id = @Id", job) == job.Epoch;
    }

    /// <summary>Lets go of a job that cannot go on now: it may be claimed at once, or after <paramref name="notBefore"/>.</summary>
    public async Task Release(JobRow job, DateTimeOffset notBefore, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(
            "update training_job set lease_until = @notBefore where id = @Id and epoch = @Epoch",
            new { job.Id, job.Epoch, notBefore });
    }

    /// <summary>Every lease of this owner ends: a single process that starts again may go on at once.</summary>
    public async Task ReleaseAll(string owner, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync("update training_job set lease_until = null where owner = @owner", new { owner });
    }

    /// <summary>Step and steps of a running job, for people who watch.</summary>
    public async Task<(int Step, int Steps)> Progress(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var row = await connection.QuerySingleOrDefaultAsync<(long Step, long Steps)>(
            """
            select step, steps from training_job where run_id = @runId
            and not exists (select 1 from outcome where outcome.command_id = training_job.id) order by created_at, id limit 1
            """,
            new { runId });
        return ((int)row.Step, (int)row.Steps);
    }

    /// <summary>The checkpoint, its metrics and the outcome, in one transaction; false when the epoch has passed to somebody else.</summary>
    public async Task<bool> Publish(
        JobRow job, CheckpointRow checkpoint, IReadOnlyList<MetricRow> metrics, string result, DateTimeOffset at, CancellationToken cancel)
    {
        var mine = false;
        await database.Transact(
            async (connection, transaction) =>
            {
                // A write, so that nobody claims the job before this is committed.
                mine = await connection.ExecuteAsync("update training_job set step = steps where id = @Id and epoch = @Epoch", job, transaction) == 1;
                if (!mine)
                {
                    return;
                }

                await connection.ExecuteAsync(
                    """
                    insert into checkpoint (command_id, run_id, round, kind, artifact, weights_sha256, start_artifact, data_artifact, published_at)
                    values (@CommandId, @RunId, @Round, @Kind, @Artifact, @WeightsSha256, @StartArtifact, @DataArtifact, @PublishedAt)
                    on conflict (command_id) do nothing
                    """,
                    checkpoint,
                    transaction);
                await Insert(connection, transaction, metrics);
                await WorkTables.Finish(connection, transaction, job.Id, result, at);
            },
            cancel);
        return mine;
    }

    /// <summary>A training stopped itself: its figures so far and the pause of its run, in one transaction; nothing, and false, when the epoch has
    /// passed to somebody else.</summary>
    public async Task<bool> Alarm(JobRow job, Guid pause, string reason, IReadOnlyList<MetricRow> metrics, DateTimeOffset at, CancellationToken cancel)
    {
        var mine = false;
        await database.Transact(
            async (connection, transaction) =>
            {
                mine = await connection.ExecuteAsync("update training_job set step = step where id = @Id and epoch = @Epoch", job, transaction) == 1;
                if (mine)
                {
                    await Insert(connection, transaction, metrics);
                    await RunTables.Pause(connection, transaction, pause, job.RunId, reason, at);
                }
            },
            cancel);
        return mine;
    }

    /// <summary>In the order of the stages that they come from: the clocks of two trainers need not agree.</summary>
    public async Task<IReadOnlyList<CheckpointRow>> Checkpoints(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<CheckpointRow>(
            """
            select checkpoint.* from checkpoint left join command on command.id = checkpoint.command_id
            left join stage on stage.run_id = command.run_id and stage.round = command.round and stage.name = command.stage
            where checkpoint.run_id = @runId order by stage.ordinal, checkpoint.published_at, checkpoint.command_id
            """,
            new { runId })).AsList();
    }

    public async Task<IReadOnlyList<MetricRow>> Metrics(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<MetricRow>(
            "select * from metric where run_id = @runId order by round, stage, step, name", new { runId })).AsList();
    }

    private static async Task Insert(DbConnection connection, DbTransaction transaction, IReadOnlyList<MetricRow> metrics) => await connection.ExecuteAsync(
        """
        insert into metric (command_id, run_id, round, stage, step, name, value)
        values (@CommandId, @RunId, @Round, @Stage, @Step, @Name, @Value) on conflict (command_id, step, name) do nothing
        """,
        metrics,
        transaction);
}
