using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

/// <summary>First the database has no connection left for anybody, then the disk has no room.</summary>
internal sealed class Scarcity(Deployment deployment) : IDisturbance
{
    public const string NoSpace = "No space left on device";

    private const string Greedy = "greedy";

    public bool IsOver { get; private set; }

    public async Task Disturb(Func<string?> stage, CancellationToken cancel)
    {
        await Eventually.True(() => stage() != DisturbedRun.BeforeTheFirst, "the run has begun", seconds: 300);
        using var api = new HttpClient { BaseAddress = new(deployment.Server) };
        await WithoutConnections(api, cancel);
        await Eventually.True(async () => await Ready(api, cancel) == HttpStatusCode.OK, "the coordinator is ready again");

        Assert.NotNull(stage());
        deployment.Disk.Fill();
        await Eventually.True(
            async () => (await api.GetFromJsonAsync<JsonElement>("/v1/runs", cancel)).EnumerateArray()
                .Any(run => run.GetProperty("state").GetString()!.Contains(NoSpace, StringComparison.Ordinal)),
            "the run waits, and says for what");
        deployment.Disk.Clear();
        IsOver = true;
    }

    private async Task WithoutConnections(HttpClient api, CancellationToken cancel)
    {
        var taken = new List<NpgsqlConnection>();
        try
        {
            await Eventually.True(
                async () =>
                {
                    await TakeEveryConnection(taken, cancel);
                    return deployment.Log().Any(line => line.Contains(PostgresErrorCodes.TooManyConnections, StringComparison.Ordinal))
                        && await Ready(api, cancel) == HttpStatusCode.ServiceUnavailable;
                },
                "a service says that the database has no connection left, and the coordinator is not ready");
        }
        finally
        {
            await Task.WhenAll(taken.Select(connection => connection.DisposeAsync().AsTask()));
        }
    }

    // Services lose theirs, and find none: at once, before they are back.
    private async Task TakeEveryConnection(List<NpgsqlConnection> taken, CancellationToken cancel)
    {
        var settings = new NpgsqlConnectionStringBuilder(deployment.ConnectionString) { ApplicationName = Greedy, Pooling = false };
        while (true)
        {
            var connection = new NpgsqlConnection(settings.ConnectionString);
            try
            {
                await connection.OpenAsync(cancel);
                taken.Add(connection);
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await connection.DisposeAsync();
                break;
            }
        }

        await using var command = new NpgsqlCommand($"select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and application_name <> '{Greedy}'", taken[0]);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<HttpStatusCode> Ready(HttpClient api, CancellationToken cancel)
    {
        using var answer = await api.GetAsync("/healthz/ready", cancel);
        return answer.StatusCode;
    }
}
