using System.Data.Common;
using System.Text.Json.Serialization;
using Dapper;
using Rlaif.Contracts;

namespace Rlaif.Storage;

/// <summary>A run as it was created: nothing of it changes afterwards.</summary>
public sealed record RunRow
{
    public Guid Id { get; init; }
    public string Name { get; init; } = "";
    public string Recipe { get; init; } = "";
    public long Seed { get; init; }
    public string StartPolicy { get; init; } = "";
    public string Constitution { get; init; } = "";
    public string ConstitutionSha256 { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public string? FinalPolicy { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public string? PauseReason { get; init; }

    /// <summary>It has not ended, and nothing holds it up.</summary>
    public bool GoesOn => EndedAt is null && string.IsNullOrEmpty(PauseReason);
}

/// <summary>A prompt of a run with the part it plays.</summary>
public sealed record PromptRow
{
    /// <summary>Not of the prompt's file: the run that it is drawn for is named by its content.</summary>
    [JsonIgnore]
    public Guid RunId { get; init; }

    public string Split { get; init; } = "";
    public int Round { get; init; }
    public int Ordinal { get; init; }
    public string Id { get; init; } = "";
    public string Body { get; init; } = "";
    public string? HumanChosen { get; init; }
    public string? HumanRejected { get; init; }

    [JsonIgnore]
    public Prompt Prompt => Json.Read<Prompt>(Body);
}

/// <summary>Runs and their prompts.</summary>
public sealed class RunTables(Database database)
{
    private const string Select = """
        select run.*, run_end.policy as final_policy, run_end.ended_at,
               (select reason from run_pause where run_pause.run_id = run.id order by paused_at desc, run_pause.id limit 1) as pause_reason
        from run left join run_end on run_end.run_id = run.id
        """;

    /// <summary>True of a run that goes on, as a condition on the column that names it.</summary>
    internal static string GoesOn(string id) => $"""
        not exists (select 1 from run_end where run_end.run_id = {id})
        and coalesce((select reason from run_pause where run_pause.run_id = {id} order by paused_at desc, run_pause.id limit 1), '') = ''
        """;

    /// <summary>Inserts the run with all of its prompts, or nothing if it is there.</summary>
    public Task Create(RunRow run, IAsyncEnumerable<PromptRow> prompts, CancellationToken cancel) => database.Transact(
        async (connection, transaction) =>
        {
            var inserted = await connection.ExecuteAsync(
                """
                insert into run (id, name, recipe, seed, start_policy, constitution, constitution_sha256, created_at)
                values (@Id, @Name, @Recipe, @Seed, @StartPolicy, @Constitution, @ConstitutionSha256, @CreatedAt)
                on conflict (id) do nothing
                """,
                run,
                transaction);
            if (inserted == 0)
            {
                return;
            }

            var stored = 0;
            await foreach (var some in prompts.Chunk(Pages.Size).WithCancellation(cancel))
            {
                var added = await connection.InsertAll(
                    """
                    insert into prompt (run_id, split, round, ordinal, id, body, human_chosen, human_rejected)
                    values (@RunId, @Split, @Round, @Ordinal, @Id, @Body, @HumanChosen, @HumanRejected)
                    on conflict (run_id, split, id) do nothing
                    """,
                    some,
                    transaction);
                if (added < some.Length)
                {
                    throw new InvalidDataException($"Of prompts {stored + 1} to {stored + some.Length}, {some.Length - added} came before in the same split.");
                }

                stored += added;
            }
        },
        cancel);

    public async Task<IReadOnlyList<RunRow>> All(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RunRow>($"{Select} order by run.created_at, run.id")).AsList();
    }

    /// <summary>The runs that go on, oldest first; without their texts, because somebody asks every second.</summary>
    public async Task<IReadOnlyList<Guid>> GoingOn(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Guid>($"select id from run where {GoesOn("run.id")} order by created_at, id")).AsList();
    }

    /// <summary>Whether a run goes on; without its texts, because workers ask before every command. False when there is none.</summary>
    public async Task<bool> IsGoingOn(Guid id, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<int>($"select count(*) from run where id = @id and {GoesOn("run.id")}", new { id }) == 1;
    }

    /// <summary>Every run there is, oldest first.</summary>
    public async Task<IReadOnlyList<Guid>> Ids(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Guid>("select id from run order by created_at, id")).AsList();
    }

    public async Task<RunRow?> Find(Guid id, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<RunRow>($"{Select} where run.id = @id", new { id });
    }

    /// <summary>The prompts of a part and round in their order.</summary>
    public IAsyncEnumerable<PromptRow> Prompts(Guid runId, string split, int round, CancellationToken cancel) => database.Read<PromptRow, int>(
        "select * from prompt where run_id = @runId and split = @split and round = @round and ordinal > @after order by ordinal limit @limit",
        new { runId, split, round }, -1, prompt => prompt.Ordinal, cancel);

    public async Task End(Guid runId, string policy, DateTimeOffset at, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(
            "insert into run_end (run_id, policy, ended_at) values (@runId, @policy, @at) on conflict (run_id) do nothing",
            new { runId, policy, at });
    }

    /// <summary>An empty reason lets the run go on. The newest counts, and this is the newest, whatever other machines' clocks said.</summary>
    public async Task Pause(Guid id, Guid runId, string reason, DateTimeOffset at, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await Pause(connection, null, id, runId, reason, at);
    }

    internal static async Task Pause(DbConnection connection, DbTransaction? transaction, Guid id, Guid runId, string reason, DateTimeOffset at)
    {
        var last = await connection.QueryFirstOrDefaultAsync<DateTimeOffset?>(
            "select paused_at from run_pause where run_id = @runId order by paused_at desc limit 1", new { runId }, transaction);
        await connection.ExecuteAsync(
            "insert into run_pause (id, run_id, reason, paused_at) values (@id, @runId, @reason, @at) on conflict (id) do nothing",
            new { id, runId, reason = StoredText.Of(reason), at = at > last || last is null ? at : last.Value.AddMicroseconds(1) },
            transaction);
    }
}
