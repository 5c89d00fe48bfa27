using System.Runtime.CompilerServices;
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

    /// <summary>It settled within the margin of one half.</summary>
    public bool Tie { get; init; }
}

/// <summary>A response as token ids.</summary>
public sealed record ResponseTokens
{
    public Guid Id { get; init; }
    public string PromptId { get; init; } = "";
    public int Sample { get; init; }
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
    /// <param name="ties">Tied ones too.</param>
    public async Task<int> CountPairs(Guid runId, int round, string purpose, bool ties, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<int>(
            """
            select count(*) from pair join settled on settled.pair_id = pair.id
            where pair.run_id = @runId and pair.round = @round and pair.purpose = @purpose and (settled.kept or @ties and settled.dropped = 'Tie')
            """,
            new { runId, round, purpose, ties });
    }

    /// <summary>The kept pairs of a round in their order.</summary>
    /// <inheritdoc cref="CountPairs"/>
    public IAsyncEnumerable<KeptPair> Pairs(Guid runId, int round, string purpose, bool ties, CancellationToken cancel) => database.Read<KeptPair, int>(
        """
        select pair.id, pair.ordinal, settled.preference, not settled.kept as tie, prompt_tokens.tokens as prompt, one.tokens as first, other.tokens as second
        from pair join settled on settled.pair_id = pair.id
        join response one on one.id = pair.first_id join response other on other.id = pair.second_id
        join prompt_tokens on prompt_tokens.run_id = pair.run_id and prompt_tokens.prompt_id = pair.prompt_id
        where pair.run_id = @runId and pair.round = @round and pair.purpose = @purpose and (settled.kept or @ties and settled.dropped = 'Tie')
            and pair.ordinal > @after
        order by pair.ordinal limit @limit
        """,
        new { runId, round, purpose, ties }, -1, pair => pair.Ordinal, cancel);

    /// <summary>The prompts of a round in their order, those that were answered: an answer brings their tokens.</summary>
    public IAsyncEnumerable<PromptTokens> Prompts(Guid runId, string split, int round, CancellationToken cancel) => database.Read<PromptTokens, int>(
        """
        select prompt.ordinal, prompt.id as prompt_id, prompt.body, prompt_tokens.tokens as prompt
        from prompt join prompt_tokens on prompt_tokens.run_id = prompt.run_id and prompt_tokens.prompt_id = prompt.id
        where prompt.run_id = @runId and prompt.split = @split and prompt.round = @round and prompt.ordinal > @after
        order by prompt.ordinal limit @limit
        """,
        new { runId, split, round }, -1, prompt => prompt.Ordinal, cancel);

    /// <summary>The responses of a round that say anything, first samples first, each in the order of their prompts.</summary>
    public async IAsyncEnumerable<ResponseTokens> Responses(Guid runId, int round, string purpose, [EnumeratorCancellation] CancellationToken cancel)
    {
        int? last;
        await using (var connection = await database.Open(cancel))
        {
            last = await connection.ExecuteScalarAsync<int?>(
                "select max(sample) from response where run_id = @runId and purpose = @purpose and round = @round", new { runId, round, purpose });
        }

        for (var sample = 0; sample <= last; sample++)
        {
            var rows = database.Read<ResponseTokens, string>(
                """
                select response.id, response.prompt_id, response.sample, prompt_tokens.tokens as prompt, response.tokens as response
                from response join prompt_tokens on prompt_tokens.run_id = response.run_id and prompt_tokens.prompt_id = response.prompt_id
                where response.run_id = @runId and response.purpose = @purpose and response.round = @round and response.sample = @sample
                    and response.prompt_id > @after
                order by response.prompt_id limit @limit
                """,
                new { runId, round, purpose, sample }, "", row => row.PromptId, cancel);
            await foreach (var row in rows)
            {
                if (row.Response.Length > 0)
                {
                    yield return row;
                }
            }
        }
    }

    /// <summary>The revisions of a round that settled above their drafts, by prompt: of each prompt one response is revised.</summary>
    public IAsyncEnumerable<ResponseTokens> Revisions(Guid runId, int round, string purpose, CancellationToken cancel) => database.Read<ResponseTokens, string>(
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
