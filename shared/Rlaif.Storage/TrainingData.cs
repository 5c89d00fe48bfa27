using Dapper;

namespace Rlaif.Storage;

/// <summary>A settled pair as a trainer needs it: token ids of the prompt and of both responses, in the order in which they were shown.</summary>
public sealed record KeptPair
{
    public Guid Id { get; init; }
    public int Ordinal { get; init; }
    public int[] Prompt { get; init; } = [];
    public int[] First { get; init; } = [];
    public int[] Second { get; init; } = [];

    /// <summary>Probability that the first is better.</summary>
    public double Preference { get; init; }
}

/// <summary>A revision that settled above its draft.</summary>
public sealed record BetterRevision
{
    public Guid Id { get; init; }
    public string PromptId { get; init; } = "";
    public int[] Prompt { get; init; } = [];
    public int[] Response { get; init; } = [];
}

/// <summary>A prompt with its token ids.</summary>
public sealed record PromptTokens
{
    public int Ordinal { get; init; }
    public string PromptId { get; init; } = "";
    public int[] Prompt { get; init; } = [];

    /// <summary>The prompt itself, as JSON.</summary>
    public string Body { get; init; } = "";
}

/// <summary>What trainers learn from, read page by page: a round's pairs need not fit into memory.</summary>
public sealed class TrainingData(Database database)
{
    /// <summary>How many pairs of a round are kept.</summary>
    public async Task<int> CountPairs(Guid runId, int round, string purpose, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<int>(
            """
            select count(*) from pair join settled on settled.pair_id = pair.id
            where pair.run_id = @runId and pair.round = @round and pair.purpose = @purpose and settled.kept
            """,
            new { runId, round, purpose });
    }

    /// <summary>The kept pairs of a round in their order.</summary>
    public IAsyncEnumerable<KeptPair> Pairs(Guid runId, int round, string purpose, CancellationToken cancel) => database.Read<KeptPair, int>(
        """
        select pair.id, pair.ordinal, settled.preference, prompt_tokens.tokens as prompt, one.tokens as first, other.tokens as second
        from pair join settled on settled.pair_id = pair.id
        join response one on one.id = pair.first_id join response other on other.id = pair.second_id
        join prompt_tokens on prompt_tokens.run_id = pair.run_id and prompt_tokens.prompt_id = pair.prompt_id
        where pair.run_id = @runId and pair.round = @round and pair.purpose = @purpose and settled.kept and pair.ordinal > @after
        order by pair.ordinal limit @limit
        """,
        new { runId, round, purpose }, -1, pair => pair.Ordinal, cancel);

    /// <summary>The prompts of a round in their order, those that were answered: an answer brings their tokens.</summary>
    public IAsyncEnumerable<PromptTokens> Prompts(Guid runId, string split, int round, CancellationToken cancel) => database.Read<PromptTokens, int>(
        """
        select prompt.ordinal, prompt.id as prompt_id, prompt.body, prompt_tokens.tokens as prompt
        from prompt join prompt_tokens on prompt_tokens.run_id = prompt.run_id and prompt_tokens.prompt_id = prompt.id
        where prompt.run_id = @runId and prompt.split = @split and prompt.round = @round and prompt.ordinal > @after
        order by prompt.ordinal limit @limit
        """,
        new { runId, split, round }, -1, prompt => prompt.Ordinal, cancel);

    /// <summary>The revisions of a round that settled above their drafts, by prompt: of each prompt one response is revised.</summary>
    public IAsyncEnumerable<BetterRevision> Revisions(Guid runId, int round, string purpose, CancellationToken cancel) => database.Read<BetterRevision, string>(
        """
        select revision.id, response.prompt_id, prompt_tokens.tokens as prompt, response.tokens as response
        from response join revision on revision.id = response.id
        join prompt_tokens on prompt_tokens.run_id = response.run_id and prompt_tokens.prompt_id = response.prompt_id
        join pair on pair.run_id = response.run_id and pair.round = response.round and pair.purpose = response.purpose and pair.prompt_id = response.prompt_id
            and (pair.first_id = revision.id and pair.second_id = revision.draft_id or pair.first_id = revision.draft_id and pair.second_id = revision.id)
        join settled on settled.pair_id = pair.id
        where response.run_id = @runId and response.round = @round and response.purpose = @purpose and response.prompt_id > @after
            and settled.dropped is null and (case when pair.first_id = revision.id then settled.preference else 1 - settled.preference end) > 0.5
        order by response.prompt_id limit @limit
        """,
        new { runId, round, purpose }, "", revision => revision.PromptId, cancel);
}
