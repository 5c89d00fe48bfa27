using System.Data;
using System.Data.Common;
using Dapper;
using DbUp;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Rlaif.Storage;

/// <summary>The one database of a deployment: a SQLite file in one process, PostgreSQL for many. One set of SQL serves both.</summary>
public sealed class Database : IAsyncDisposable
{
    private readonly DbDataSource source;
    private readonly bool sqlite;
    private readonly string connectionString;

    private Database(DbDataSource source, bool sqlite, string connectionString) =>
        (this.source, this.sqlite, this.connectionString) = (source, sqlite, connectionString);

    static Database()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(Guid));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.AddTypeHandler(new GuidColumn());
        SqlMapper.AddTypeHandler(new TimeColumn());
        SqlMapper.AddTypeHandler(new TokensColumn());
    }

    public static Database Sqlite(string file)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30, Pooling = true }.ToString();
        return new(SqliteFactory.Instance.CreateDataSource(settings), sqlite: true, settings);
    }

    public static Database Postgres(string connectionString) => new(NpgsqlDataSource.Create(connectionString), sqlite: false, connectionString);

    /// <summary>Brings the tables to this version; a second call does nothing.</summary>
    public async Task Migrate(CancellationToken cancel)
    {
        if (sqlite)
        {
            await using var connection = await Open(cancel);
            await connection.ExecuteAsync("pragma journal_mode = wal");
        }

        var builder = sqlite ? DeployChanges.To.SqliteDatabase(connectionString) : DeployChanges.To.PostgresqlDatabase(connectionString);
        var result = builder.WithScriptsEmbeddedInAssembly(typeof(Database).Assembly)
            .WithVariables(sqlite
                ? new Dictionary<string, string>(StringComparer.Ordinal) { ["uuid"] = "text", ["timestamp"] = "text", ["bool"] = "integer" }
                : new Dictionary<string, string>(StringComparer.Ordinal) { ["uuid"] = "uuid", ["timestamp"] = "timestamptz", ["bool"] = "boolean" })
            .WithTransactionPerScript().LogToNowhere().Build().PerformUpgrade();
        if (!result.Successful)
        {
            throw new InvalidOperationException($"Cannot bring the database to this version: script {result.ErrorScript?.Name} failed.", result.Error);
        }
    }

    public async Task<DbConnection> Open(CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel);
        if (sqlite)
        {
            // With the write-ahead log, NORMAL survives a killed process; only a power cut may take the last transactions, which redelivery repeats.
            await connection.ExecuteAsync("pragma synchronous = normal");
        }

        return connection;
    }

    /// <summary>Runs <paramref name="work"/> in one transaction: all of its rows are seen, or none.</summary>
    public async Task Transact(Func<DbConnection, DbTransaction, Task> work, CancellationToken cancel)
    {
        await using var connection = await Open(cancel);
        await using var transaction = connection is SqliteConnection file
            ? file.BeginTransaction(IsolationLevel.Serializable, deferred: false) // takes the write lock at once: a later upgrade could fail
            : await connection.BeginTransactionAsync(cancel);
        await work(connection, transaction);
        await transaction.CommitAsync(cancel);
    }

    public ValueTask DisposeAsync()
    {
        if (sqlite)
        {
            SqliteConnection.ClearAllPools();
        }

        return source.DisposeAsync();
    }
}
