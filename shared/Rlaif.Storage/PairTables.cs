using Dapper;
using Rlaif.Contracts;

namespace Rlaif.Storage;

/// <summary>Two responses to one prompt.</summary>
public sealed record PairRow
{
    public Guid Id { get; init; }
    public Guid RunId { get; init; }
    public int Round { get; init; }
    public string Purpose { get; init; } = "";
    public int Ordinal { get; init; }
    public string PromptId { get; init; } = "";
    public Guid FirstId { get; init; }
    public Guid SecondId { get; init; }

    /// <summary>The known human choice: 1 first, 0 second; null: nobody chose.</summary>
    public double? Human { get; init; }
}

/// <summary>One vote with the pair and the labeler that it belongs to.</summary>
public sealed record VoteRow
{
    public Guid PairId { get; init; }
    public string Pool { get; init; } = "";
    public string Labeler { get; init; } = "";
    public string Principle { get; init; } = "";
    public double? Preference { get; init; }
    public double? PositionBias { get; init; }
    public bool? OrderConsistent { get; init; }
    public bool NotApplicable { get; init; }
    public string? Failure { get; init; }
    public string? Detail { get; init; }

    /// <summary>Calls of a model behind the whole label, the same on each of its votes.</summary>
    public int Calls { get; init; }

    public Vote Vote => new()
    {
        Principle = Principle,
        Preference = Preference,
        PositionBias = PositionBias,
        OrderConsistent = OrderConsistent,
        NotApplicable = NotApplicable,
        Failure = Failure is null ? null : Enum.Parse<FailureKind>(Failure),
        Detail = Detail,
    };
}

/// <summary>That a command has a label.</summary>
public sealed record AnswerRow
{
    public Guid Id { get; init; }

    /// <summary>Why the labeler would not; null: it did.</summary>
    public string? Declined { get; init; }
}

/// <summary>What became of a pair.</summary>
public sealed record SettledRow
{
    public Guid PairId { get; init; }
    public Guid RunId { get; init; }
    public double? Preference { get; init; }
    public string? Dropped { get; init; }
    public bool Kept { get; init; }
}

/// <summary>Pairs, labels, votes and settled preferences.</summary>
public sealed class PairTables(Database database)
{
    /// <summary>The labeler of a label that nobody gave. An index leaves it out by this very word.</summary>
    public const string Nobody = "nobody";

    public Task Insert(IReadOnlyList<PairRow> pairs, CancellationToken cancel) => database.Transact(
        (connection, transaction) => connection.InsertAll(
            """
            insert into pair (id, run_id, round, purpose, ordinal, prompt_id, first_id, second_id, human)
            values (@Id, @RunId, @Round, @Purpose, @Ordinal, @PromptId, @FirstId, @SecondId, @Human) on conflict (id) do nothing
            """,
            pairs,
            transaction),
        cancel);

    public async Task<IReadOnlyList<PairRow>> Of(Guid runId, int round, string purpose, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<PairRow>(
            "select * from pair where run_id = @runId and round = @round and purpose = @purpose order by ordinal",
            new { runId, round, purpose })).AsList();
    }

    /// <summary>A label, its votes and the outcome of its command, in one transaction. A second delivery changes nothing.</summary>
    public async Task<bool> Insert(PreferenceLabeled label, string? declined, DateTimeOffset at, CancellationToken cancel) =>
        (await Insert([(label, declined)], at, cancel))[0];

    /// <summary>Many labels in one transaction: a transaction costs as much as twenty labels.</summary>
    /// <returns>For each whether it was not there before.</returns>
    public async Task<IReadOnlyList<bool>> Insert(
        IReadOnlyList<(PreferenceLabeled Label, string? Declined)> labels, DateTimeOffset at, CancellationToken cancel)
    {
        // By id: two processes that write the same labels do not wait for each other in a circle.
        var rows = labels.DistinctBy(one => one.Label.Id).OrderBy(one => one.Label.Id).Select(one => LabelRow.Of(one.Label, one.Declined, at)).ToList();
        HashSet<Guid> isNew = [];
        await database.Transact(
            async (connection, transaction) =>
            {
                isNew = await connection.InsertNew(
                    """
                    insert into label (id, run_id, pair_id, pool, labeler, calls, prompt_sha256, declined, labeled_at)
                    values (@Id, @RunId, @PairId, @Pool, @Labeler, @Calls, @PromptSha256, @Declined, @LabeledAt)
                    on conflict (id) do nothing returning id
                    """,
                    rows,
                    transaction);
                await connection.InsertAll(
                    """
                    insert into vote (label_id, principle, preference, position_bias, order_consistent, not_applicable, failure, detail)
                    values (@LabelId, @Principle, @Preference, @PositionBias, @OrderConsistent, @NotApplicable, @Failure, @Detail)
                    on conflict (label_id, principle) do nothing
                    """,
                    [.. rows.Where(row => isNew.Contains(row.Id)).SelectMany(row => row.Votes)],
                    transaction);
                await WorkTables.Finish(connection, transaction, [.. rows.Select(row => row.Id)], "{}", at);
            },
            cancel);
        return [.. labels.Select(one => isNew.Remove(one.Label.Id))];
    }

    /// <summary>The labels that answer some commands, those that are there.</summary>
    public async Task<IReadOnlyList<AnswerRow>> Answers(IReadOnlyList<Guid> commands, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var values = new DynamicParameters();
        return (await connection.QueryAsync<AnswerRow>($"select id, declined from label where id in {values.List("id", commands)} order by id", values)).AsList();
    }

    /// <summary>All votes on the pairs of a round and purpose, in an order that does not depend on who answered first.</summary>
    public async Task<IReadOnlyList<VoteRow>> Votes(Guid runId, int round, string purpose, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<VoteRow>(
            """
            select label.pair_id, label.pool, label.labeler, vote.principle, vote.preference, vote.position_bias, vote.order_consistent,
                   vote.not_applicable, vote.failure, vote.detail, label.calls
            from pair join label on label.pair_id = pair.id join vote on vote.label_id = label.id
            where pair.run_id = @runId and pair.round = @round and pair.purpose = @purpose
            order by pair.ordinal, label.pool, label.labeler, vote.principle
            """,
            new { runId, round, purpose })).AsList();
    }

    /// <summary>Votes on some pairs, in the same order.</summary>
    public async Task<IReadOnlyList<VoteRow>> Votes(IReadOnlyList<Guid> pairs, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var values = new DynamicParameters();
        return (await connection.QueryAsync<VoteRow>(
            $"""
            select label.pair_id, label.pool, label.labeler, vote.principle, vote.preference, vote.position_bias, vote.order_consistent,
                   vote.not_applicable, vote.failure, vote.detail, label.calls
            from label join vote on vote.label_id = label.id where label.pair_id in {values.List("pair", pairs)}
            order by label.pair_id, label.pool, label.labeler, vote.principle
            """,
            values)).AsList();
    }

    /// <summary>When a pool last gave a label in a run; null: it has not. Costs the same however many there are.</summary>
    public async Task<DateTimeOffset?> LastLabel(Guid runId, string pool, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<DateTimeOffset?>(
            $"select max(labeled_at) from label where run_id = @runId and pool = @pool and labeler <> '{Nobody}'", new { runId, pool });
    }

    public Task Settle(IReadOnlyList<SettledRow> settled, CancellationToken cancel) => database.Transact(
        (connection, transaction) => connection.InsertAll(
            """
            insert into settled (pair_id, run_id, preference, dropped, kept)
            values (@PairId, @RunId, @Preference, @Dropped, @Kept) on conflict (pair_id) do nothing
            """,
            settled,
            transaction),
        cancel);

    public async Task<IReadOnlyList<SettledRow>> Settled(Guid runId, int round, string purpose, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<SettledRow>(
            """
            select settled.* from settled join pair on pair.id = settled.pair_id
            where pair.run_id = @runId and pair.round = @round and pair.purpose = @purpose order by pair.ordinal
            """,
            new { runId, round, purpose })).AsList();
    }
}
