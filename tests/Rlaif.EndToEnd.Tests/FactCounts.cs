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
        await using var database = Database.Sqlite(Path.Combine(home, "rlaif.db"));
        return await Of(database);
    }
}
