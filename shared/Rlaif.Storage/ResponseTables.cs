using Dapper;

namespace Rlaif.Storage;

/// <summary>One response with the token ids that were sampled: nobody tokenizes it again.</summary>
public sealed record ResponseRow
{
    public Guid Id { get; init; }
    public Guid RunId { get; init; }
    public int Round { get; init; }
    public string Purpose { get; init; } = "";
    public string PromptId { get; init; } = "";
    public int Sample { get; init; }
    public string Policy { get; init; } = "";
    public string Text { get; init; } = "";
    public bool Ended { get; init; }
    public int[] Tokens { get; init; } = [];

    /// <summary>Sum over the response, nats per sequence.</summary>
    public double LogProb { get; init; }

    /// <summary>log-prob under the policy minus under the reference, nats per sequence; null: not scored.</summary>
    public double? ReferenceK1 { get; init; }

    /// <summary>Sum over tokens of exp(-d) - 1 + d, nats per sequence; null: not scored.</summary>
    public double? ReferenceK3 { get; init; }
}

/// <summary>What a revision came from.</summary>
public sealed record RevisionRow
{
    public Guid Id { get; init; }
    public Guid RunId { get; init; }
    public Guid DraftId { get; init; }
    public string Principle { get; init; } = "";
    public string Critique { get; init; } = "";
}

/// <summary>A prompt as token ids.</summary>
public sealed record PromptTokensRow
{
    public Guid RunId { get; init; }
    public string PromptId { get; init; } = "";
    public int[] Tokens { get; init; } = [];
}

/// <summary>Responses, revisions and the token ids of prompts.</summary>
public sealed class ResponseTables(Database database)
{
    /// <summary>Everything that one command made, and its outcome, in one transaction.</summary>
    public Task Insert(
        Guid commandId,
        IReadOnlyList<ResponseRow> responses,
        IReadOnlyList<RevisionRow> revisions,
        IReadOnlyList<PromptTokensRow> prompts,
        string result,
        DateTimeOffset at,
        CancellationToken cancel) => database.Transact(
        async (connection, transaction) =>
        {
            await connection.InsertAll(
                """
                insert into response (id, run_id, round, purpose, prompt_id, sample, policy, text, ended, tokens, log_prob, reference_k1, reference_k3)
                values (@Id, @RunId, @Round, @Purpose, @PromptId, @Sample, @Policy, @Text, @Ended, @Tokens, @LogProb, @ReferenceK1, @ReferenceK3)
                on conflict (id) do nothing
                """,
                responses,
                transaction);
            await connection.InsertAll(
                """
                insert into revision (id, run_id, draft_id, principle, critique)
                values (@Id, @RunId, @DraftId, @Principle, @Critique) on conflict (id) do nothing
                """,
                revisions,
                transaction);
            await connection.InsertAll(
                """
                insert into prompt_tokens (run_id, prompt_id, tokens) values (@RunId, @PromptId, @Tokens)
                on conflict (run_id, prompt_id) do nothing
                """,
                prompts,
                transaction);
            await WorkTables.Finish(connection, transaction, commandId, result, at);
        },
        cancel);

    /// <summary>Responses of a round and purpose, by prompt and sample.</summary>
    public async Task<IReadOnlyList<ResponseRow>> Of(Guid runId, string purpose, int round, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ResponseRow>(
            "select * from response where run_id = @runId and purpose = @purpose and round = @round order by prompt_id, sample",
            new { runId, purpose, round })).AsList();
    }

    /// <summary>Of these prompts only.</summary>
    public async Task<IReadOnlyList<ResponseRow>> Of(Guid runId, string purpose, int round, IReadOnlyList<string> prompts, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var values = new DynamicParameters(new { runId, purpose, round });
        return (await connection.QueryAsync<ResponseRow>(
            $"""
            select * from response where run_id = @runId and purpose = @purpose and round = @round and prompt_id in {values.List("prompt", prompts)}
            order by prompt_id, sample
            """,
            values)).AsList();
    }

    /// <summary>Which of some responses are revisions.</summary>
    public async Task<IReadOnlyList<RevisionRow>> Revisions(IReadOnlyList<Guid> responses, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var values = new DynamicParameters();
        return (await connection.QueryAsync<RevisionRow>($"select * from revision where id in {values.List("id", responses)}", values)).AsList();
    }

    public async Task<IReadOnlyList<RevisionRow>> Revisions(Guid runId, int round, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RevisionRow>(
            """
            select revision.* from revision join response on response.id = revision.id
            where revision.run_id = @runId and response.round = @round order by response.prompt_id
            """,
            new { runId, round })).AsList();
    }

    public async Task<IReadOnlyDictionary<string, int[]>> PromptTokens(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var rows = await connection.QueryAsync<PromptTokensRow>("select * from prompt_tokens where run_id = @runId", new { runId });
        return rows.ToDictionary(row => row.PromptId, row => row.Tokens, StringComparer.Ordinal);
    }
}
