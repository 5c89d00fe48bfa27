using Rlaif.Testing;

namespace Rlaif.Storage.Tests;

/// <summary>A SQLite database of this version in a folder of its own.</summary>
internal sealed class TemporaryDatabase : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-storage-").FullName;

    private TemporaryDatabase() => Database = Database.Sqlite(Path.Combine(folder, "rlaif.db"));

    public Database Database { get; }

    public static async Task<TemporaryDatabase> Create()
    {
        var created = new TemporaryDatabase();
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
}
