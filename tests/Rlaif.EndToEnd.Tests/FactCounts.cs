using System.Globalization;
using Dapper;
using Rlaif.Storage;

namespace Rlaif.EndToEnd.Tests;

/// <summary>How many facts a database holds: nothing may be lost, nothing counted twice. Pauses, leases and deliveries are no facts of a run.</summary>
internal static class FactCounts
{
    private static readonly string[] Tables =
    [
        "run", "run_end", "prompt", "prompt_tokens", "stage", "stage_end", "command", "outcome", "response", "revision", "pair", "label", "vote",
        "settled", "training_job", "metric", "checkpoint", "score", "evaluation",
    ];

    private static readonly string[] Stages = ["reward-model", "sft", "dpo"];

    public static async Task<IReadOnlyDictionary<string, long>> Of(Database database)
    {
        await using var connection = await database.Open(TestContext.Current.CancellationToken);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in Tables)
        {
            counts[table] = await connection.ExecuteScalarAsync<long>($"select count(*) from {table}");
        }

        return counts;
    }

    /// <summary>Of a single process's home.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> Of(string home)
    {
        await using var database = Opened(home);
        return await Of(database);
    }

    /// <summary>What a database says of its models: the figures of each step, and which came of them. Nothing of when; sorted as they came to be, round by round, stage by
    /// stage, step by step.</summary>
    public static async Task<IReadOnlyList<string>> Trained(Database database)
    {
        await using var connection = await database.Open(TestContext.Current.CancellationToken);
        var checkpoints = await connection.QueryAsync<CheckpointRow>(
            "select command_id, round, kind, artifact, weights_sha256, start_artifact, data_artifact from checkpoint");
        var metrics = await connection.QueryAsync<MetricRow>("select command_id, round, stage, step, name, value from metric");
        var stages = metrics.DistinctBy(row => row.CommandId).ToDictionary(row => row.CommandId, row => $"{Array.IndexOf(Stages, row.Stage)} {row.Stage}");
        return
        [
            .. metrics.Select(row => string.Create(
                    CultureInfo.InvariantCulture, $"round {row.Round} {stages[row.CommandId]} step {row.Step:000} {row.Name}={row.Value:R} of {row.CommandId:N}"))
                .Concat(checkpoints.Select(row =>
                    $"round {row.Round} {stages[row.CommandId]} trained {row.Artifact} weights {row.WeightsSha256} from {row.StartArtifact} and {row.DataArtifact} of {row.CommandId:N}"))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The same of a single process's home.</summary>
    public static async Task<IReadOnlyList<string>> Trained(string home)
    {
        await using var database = Opened(home);
        return await Trained(database);
    }

    private static Database Opened(string home) => Database.Sqlite(Path.Combine(home, "rlaif.db"));
}
