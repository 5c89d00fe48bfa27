using Dapper;
using Rlaif.Contracts;

namespace Rlaif.Storage;

/// <summary>The evaluation of one round.</summary>
public sealed record EvaluationRow
{
    public Guid RunId { get; init; }
    public int Round { get; init; }
    public string Candidate { get; init; } = "";
    public bool Promoted { get; init; }
    public string Figures { get; init; } = "";
    public DateTimeOffset EvaluatedAt { get; init; }

    public EvaluationFigures Read() => Json.Read<EvaluationFigures>(Figures);
}

/// <summary>A reward of one response.</summary>
public sealed record ScoreRow
{
    public Guid ResponseId { get; init; }
    public string RewardModel { get; init; } = "";
    public Guid RunId { get; init; }

    /// <summary>Of an ensemble the mean of its members.</summary>
    public double Reward { get; init; }

    /// <summary>What each member of an ensemble gave; null: a single model.</summary>
    public double[]? Members { get; init; }

    /// <summary>What the heads of single principles gave, a JSON object; null: there are none.</summary>
    public string? Principles { get; init; }
}

/// <summary>Evaluations and rewards.</summary>
public sealed class EvaluationTables(Database database)
{
    public Task Insert(Guid commandId, EvaluationRow evaluation, DateTimeOffset at, CancellationToken cancel) => database.Transact(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync(
                """
                insert into evaluation (run_id, round, candidate, promoted, figures, evaluated_at)
                values (@RunId, @Round, @Candidate, @Promoted, @Figures, @EvaluatedAt) on conflict (run_id, round) do nothing
                """,
                evaluation,
                transaction);
            await WorkTables.Finish(connection, transaction, commandId, "{}", at);
        },
        cancel);

    public async Task<IReadOnlyList<EvaluationRow>> Of(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<EvaluationRow>("select * from evaluation where run_id = @runId order by round", new { runId })).AsList();
    }

    public Task Insert(Guid commandId, IReadOnlyList<ScoreRow> scores, DateTimeOffset at, CancellationToken cancel) => database.Transact(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync(
                """
                insert into score (response_id, reward_model, run_id, reward, members, principles)
                values (@ResponseId, @RewardModel, @RunId, @Reward, @Members, @Principles) on conflict (response_id, reward_model) do nothing
                """,
                scores,
                transaction);
            await WorkTables.Finish(connection, transaction, commandId, "{}", at);
        },
        cancel);

    public async Task<IReadOnlyDictionary<Guid, ScoreRow>> Rewards(Guid runId, string rewardModel, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var rows = await connection.QueryAsync<ScoreRow>(
            "select * from score where run_id = @runId and reward_model = @rewardModel", new { runId, rewardModel });
        return rows.ToDictionary(row => row.ResponseId);
    }
}
