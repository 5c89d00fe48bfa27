using System.Globalization;
using Rlaif.Testing;

namespace Rlaif.Storage.Tests;

/// <summary>An empty database of this version. RLAIF_TEST_ENGINE=postgres: on a private PostgreSQL server that all tests of the process share;
/// else a SQLite file. `./test` runs all of these tests on both.</summary>
internal sealed class TemporaryDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<PrivateServers>> Servers = new(() => PrivateServers.Start(broker: false));
    private static int made;

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-storage-").FullName;

    private TemporaryDatabase(Func<string, Database> open) => Database = open(folder);

    public Database Database { get; }

    private static bool OnPostgres => Environment.GetEnvironmentVariable("RLAIF_TEST_ENGINE") == "postgres";

    public static async Task<TemporaryDatabase> Create()
    {
        var created = new TemporaryDatabase(OnPostgres ? await Postgres() : folder => Database.Sqlite(Path.Combine(folder, "rlaif.db")));
        await created.Database.Migrate(default);
        return created;
    }

    /// <summary>Every row of every table, times included.</summary>
    public async Task<string> Dump()
    {
        await using var connection = await Database.Open(default);
        return await TableDump.Of(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Stops the server when the process ends.</summary>
    internal static async Task StopServers()
    {
        if (Servers.IsValueCreated)
        {
            await (await Servers.Value).DisposeAsync();
        }
    }

    private static async Task<Func<string, Database>> Postgres()
    {
        var servers = await Servers.Value;
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref made)}");
        var connection = Database.ConnectionString(await servers.NewDatabase(name) + ";Maximum Pool Size=8", null);
        return _ => Database.Postgres(connection);
    }
}
