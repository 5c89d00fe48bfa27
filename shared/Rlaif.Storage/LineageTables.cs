using Dapper;
using Rlaif.Contracts;

namespace Rlaif.Storage;

/// <summary>A pair that was kept for training, with the policies whose responses it compares.</summary>
public sealed record KeptPairRow
{
    public Guid Id { get; init; }
    public int Round { get; init; }
    public string PromptId { get; init; } = "";
    public Guid FirstId { get; init; }
    public string FirstPolicy { get; init; } = "";
    public Guid SecondId { get; init; }
    public string SecondPolicy { get; init; } = "";
    public double Preference { get; init; }
}

/// <summary>One vote behind a settled preference.</summary>
public sealed record JudgementRow
{
    public Guid PairId { get; init; }
    public string Pool { get; init; } = "";
    public string Labeler { get; init; } = "";

    /// <summary>SHA-256 of the rendered judge prompts; null for people and rules.</summary>
    public string? PromptSha256 { get; init; }
    public string Principle { get; init; } = "";
    public double? Preference { get; init; }
    public double? PositionBias { get; init; }
    public bool NotApplicable { get; init; }
    public string? Failure { get; init; }
}

/// <summary>One vote on what a training sampled, with the question.</summary>
public sealed record RolloutJudgementRow
{
    public required JudgementRow Judgement { get; init; }

    /// <summary>The command, a <see cref="LabelPreference"/> as JSON.</summary>
    public required string Question { get; init; }
}

/// <summary>From a checkpoint back to what made it.</summary>
public sealed class LineageTables(Database database)
{
    /// <summary>Checkpoints of all runs whose artifact or weight hash begins so, oldest first.</summary>
    /// <param name="prefix">Lower-case hexadecimal digits.</param>
    public async Task<IReadOnlyList<CheckpointRow>> Find(string prefix, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<CheckpointRow>(
            "select * from checkpoint where artifact like @like or weights_sha256 like @like order by published_at, command_id",
            new { like = prefix + "%" })).AsList();
    }

    public async Task<CommandRow?> Command(Guid id, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<CommandRow>("select * from command where id = @id", new { id });
    }

    /// <summary>Pairs that were kept for training up to a round.</summary>
    public async Task<IReadOnlyList<KeptPairRow>> KeptPairs(Guid runId, int round, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<KeptPairRow>(
            """
            select pair.id, pair.round, pair.prompt_id, pair.first_id, one.policy as first_policy, pair.second_id,
                   other.policy as second_policy, settled.preference
            from pair join settled on settled.pair_id = pair.id join response as one on one.id = pair.first_id
                 join response as other on other.id = pair.second_id
            where pair.run_id = @runId and pair.round <= @round and pair.purpose = @purpose and settled.kept
            order by pair.round, pair.ordinal
            """,
            new { runId, round, purpose = nameof(Purpose.Preference) })).AsList();
    }

    /// <summary>All votes on the pairs that were labeled up to a round, kept for training or not: a revision may be chosen by one that was not.</summary>
    public async Task<IReadOnlyList<JudgementRow>> Judgements(Guid runId, int round, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<JudgementRow>(
            """
            select label.pair_id, label.pool, label.labeler, label.prompt_sha256, vote.principle, vote.preference, vote.position_bias,
                   vote.not_applicable, vote.failure
            from pair join label on label.pair_id = pair.id join vote on vote.label_id = label.id
            where pair.run_id = @runId and pair.round <= @round and pair.purpose = @purpose
            order by pair.round, pair.ordinal, label.pool, label.labeler, vote.principle
            """,
            new { runId, round, purpose = nameof(Purpose.Preference) })).AsList();
    }

    /// <summary>All votes on what a training sampled (<see cref="StageRow.OfRewards"/>), in an order that does not depend on who answered first.</summary>
    /// <param name="training">Its command.</param>
    public async Task<IReadOnlyList<RolloutJudgementRow>> Rollouts(CommandRow training, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(training);
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<JudgementRow, string, RolloutJudgementRow>(
            """
            select label.pair_id, label.pool, label.labeler, label.prompt_sha256, vote.principle, vote.preference, vote.position_bias,
                   vote.not_applicable, vote.failure, command.body
            from command join label on label.id = command.id join vote on vote.label_id = label.id
            where command.run_id = @RunId and command.round = @Round and command.stage = @stage
            order by label.pair_id, label.id, vote.principle
            """,
            (judgement, question) => new() { Judgement = judgement, Question = question },
            new { training.RunId, training.Round, stage = StageRow.OfRewards(training.Stage) },
            splitOn: "body")).AsList();
    }
}
