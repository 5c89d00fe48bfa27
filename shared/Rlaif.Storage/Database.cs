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
        SqlMapper.AddTypeHandler(new RewardsColumn());
    }

    public static Database Sqlite(string file)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30, Pooling = true }.ToString();
        return new(SqliteFactory.Instance.CreateDataSource(settings), sqlite: true, settings);
    }

    /// <param name="connectionString">As <see cref="ConnectionString"/> makes it.</param>
    public static Database Postgres(string connectionString) => new(NpgsqlDataSource.Create(connectionString), sqlite: false, connectionString);

    /// <summary>A connection string of PostgreSQL with its password. A process needs few connections, and a deployment has many processes.</summary>
    /// <exception cref="ArgumentException">It cannot be read, or has a password in it.</exception>
    public static string ConnectionString(string text, string? password)
    {
        var settings = new NpgsqlConnectionStringBuilder(text);
        if (settings.Password is { Length: > 0 })
        {
            throw new ArgumentException("The password belongs into a setting of its own.", nameof(text));
        }

        settings.Password = password;
        settings.ApplicationName ??= "rlaif";
        settings.MaxPoolSize = settings.ContainsKey("Maximum Pool Size") && settings.MaxPoolSize != 100 ? settings.MaxPoolSize : 12;
        return settings.ToString();
    }

    /// <summary>Failures that pass: the server is away or starts, or a file is locked by another process.</summary>
    public static bool IsTransient(DbException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error switch
        {
            SqliteException file => file.SqliteErrorCode is 5 or 6,         // SQLITE_BUSY, SQLITE_LOCKED
            // 57P01..57P03: told to stop, killed, or about to start.
            PostgresException server => server.IsTransient || server.SqlState is "57P01" or "57P02" or "57P03",
            _ => error.IsTransient || error.InnerException is IOException or System.Net.Sockets.SocketException or TimeoutException,
        };
    }

    /// <summary>A text has the character U+0000.</summary>
    public static bool CannotHold(DbException error) => error is PostgresException { SqlState: PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire };

    /// <summary>Brings the tables to this version; a second call does nothing.</summary>
    public async Task Migrate(CancellationToken cancel)
    {
        await using var connection = await Open(cancel);
        // Two processes that start at once do not migrate at once: the lock ends with the connection.
        await connection.ExecuteAsync(sqlite ? "pragma journal_mode = wal" : "select pg_advisory_lock(491444595046)");
        var builder = sqlite ? DeployChanges.To.SqliteDatabase(connectionString) : DeployChanges.To.PostgresqlDatabase(connectionString);
        var result = builder.WithScriptsEmbeddedInAssembly(typeof(Database).Assembly)
            .WithVariables(sqlite
                ? new Dictionary<string, string>(StringComparer.Ordinal) { ["uuid"] = "text", ["timestamp"] = "text", ["bool"] = "integer", ["false"] = "0", ["text"] = "text" }
                : new Dictionary<string, string>(StringComparer.Ordinal) { ["uuid"] = "uuid", ["timestamp"] = "timestamptz", ["bool"] = "boolean", ["false"] = "false", ["text"] = "text collate \"C\"" })
            .WithTransactionPerScript().LogToNowhere().Build().PerformUpgrade();
        if (!result.Successful)
        {
            throw new InvalidOperationException($"Cannot bring the database to this version: script {result.ErrorScript?.Name} failed.", result.Error);
        }
    }

    /// <summary>Returns when the database answers.</summary>
    public async Task Probe(CancellationToken cancel)
    {
        await using var connection = await Open(cancel);
        await connection.ExecuteScalarAsync<int>("select 1");
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
