using System.Text.Json;
using Npgsql;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

/// <summary>A deployment by `rlaif up` on servers of its own: every service a process, most of them more than once.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private const string Name = "deployment";

    private readonly RlaifProcess up;

    private Deployment(PrivateServers servers, SmallDisk disk, string database, string broker, int port, string replicas)
    {
        (Servers, Disk, ConnectionString) = (servers, disk, database);
        Server = $"http://127.0.0.1:{port}";
        up = RlaifProcess.Start(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["RLAIF_BROKER"] = broker, ["RLAIF_DATABASE"] = database, ["RLAIF_LISTEN"] = Server, ["RLAIF_LEASE_SECONDS"] = "5", ["RLAIF_LOG"] = "Warning",
                ["RLAIF_LOG_FORMAT"] = "json",
            },
            "up", "--home", Home, "--replicas", replicas);
    }

    public PrivateServers Servers { get; }

    public string Server { get; }

    public string ConnectionString { get; }

    public SmallDisk Disk { get; }

    public string Home => Path.Combine(Disk.Folder, "home");

    public string Output => up.Output;

    private string Logs => Path.Combine(Home, "logs", Environment.MachineName);

    public static async Task<Deployment> Start(string replicas)
    {
        var servers = await PrivateServers.Start();
        var (database, broker) = (await servers.NewDatabase(Name), await servers.NewVirtualHost(Name));
        var made = new Deployment(servers, await SmallDisk.Mount(), database, broker, PrivateServers.FreePorts(32), replicas);
        await Eventually.True(() => made.Services().Count > 0 && made.Ready(), "every service is ready", seconds: 300);
        return made;
    }

    /// <summary>Which process serves what, as `rlaif up` says.</summary>
    public IReadOnlyList<(string Name, string Service, int ProcessId)> Services()
    {
        var file = Path.Combine(Logs, "up.json");
        if (!File.Exists(file))
        {
            return [];
        }

        using var json = JsonDocument.Parse(File.ReadAllText(file));
        return [.. json.RootElement.EnumerateArray().Select(one =>
            (one.GetProperty("name").GetString()!, one.GetProperty("service").GetString()!, one.GetProperty("processId").GetInt32()))];
    }

    /// <summary>Every command that has no outcome yet is sent once more.</summary>
    public async Task SendAgain()
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            "update command set issued_at = null where not exists (select 1 from outcome where outcome.command_id = command.id)", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Rows of each table of facts.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Rows()
    {
        await using var opened = Database.Postgres(ConnectionString);
        return await FactCounts.Of(opened);
    }

    /// <summary>Its models and their figures.</summary>
    public async Task<IReadOnlyList<string>> Trained()
    {
        await using var opened = Database.Postgres(ConnectionString);
        return await FactCounts.Trained(opened);
    }

    /// <summary>Messages that were set aside: in queues of errors, of undeliverables, of unknown types.</summary>
    public async Task<IReadOnlyDictionary<string, int>> SetAside() => (await Servers.Messages(Name))
        .Where(queue => queue.Value > 0 && (queue.Key.EndsWith("_error", StringComparison.Ordinal) || queue.Key.EndsWith("_dead", StringComparison.Ordinal) || queue.Key.EndsWith("_skipped", StringComparison.Ordinal)))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>What the services logged as an error or worse, and what they wrote that is no line of a log: a process that crashes.</summary>
    public IEnumerable<string> Errors() => Log().Where(line => !IsCalm(line));

    /// <summary>What all services logged.</summary>
    public IEnumerable<string> Log() => Directory.EnumerateFiles(Logs, "*.log").SelectMany(Lines);

    /// <summary>Ends all services; the exit code of `rlaif up`.</summary>
    public async Task<int> Stop()
    {
        await up.Terminate();
        return await up.Wait(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Services())
        {
            await RlaifProcess.Signal(service.ProcessId, "KILL");
        }

        up.Dispose();
        await Servers.DisposeAsync();
        await Disk.DisposeAsync();
    }

    private static IReadOnlyList<string> Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n')[..^1];        // the last one may not be whole yet
    }

    private static bool IsCalm(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("LogLevel").GetString() is "Information" or "Warning";
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool Ready()
    {
        var output = Output;
        return Services().All(service => output.Contains($"name={service.Name} state=ready", StringComparison.Ordinal));
    }
}
