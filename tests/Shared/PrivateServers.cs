using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Rlaif.Testing;

/// <summary>A RabbitMQ node and a PostgreSQL cluster that belong to one test process: own ports, own folders, gone afterwards.
/// `./test` installs what is missing; without it tests are skipped.</summary>
internal sealed class PrivateServers : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-servers-").FullName;
    private readonly int first = FreePorts(4);
    private Process? broker;
    private bool databaseRuns;

    private PrivateServers()
    {
    }

    /// <summary>amqp://host:port.</summary>
    public string Broker { get; private set; } = "";

    /// <summary>Connection string of a database that is made for whoever asks.</summary>
    public string Server { get; private set; } = "";

    private static string? PostgresTools => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => version + "/bin").FirstOrDefault(bin => File.Exists(bin + "/initdb")) : null;

    /// <summary>Both servers; skips the test with the reason when they are not installed.</summary>
    /// <param name="broker">False: the database alone.</param>
    public static async Task<PrivateServers> Start(bool broker = true)
    {
        Assert.SkipUnless(!broker || File.Exists(BrokerProgram), "RabbitMQ is not installed (apt-get install rabbitmq-server); ./test does it.");
        Assert.SkipUnless(PostgresTools is not null, "PostgreSQL is not installed (apt-get install postgresql); ./test does it.");
        var servers = new PrivateServers();
        SetMode(servers.folder, (UnixFileMode)0b111_101_101);      // PostgreSQL's own user passes through
        await Task.WhenAll(broker ? servers.StartBroker() : Task.CompletedTask, servers.InitializeDatabase());
        return servers;
    }

    /// <summary>A fresh, empty database.</summary>
    public async Task<string> NewDatabase(string name)
    {
        await Postgres("psql", "-h", "127.0.0.1", "-p", DatabasePort, "-d", "postgres", "-c", $"create database \"{name}\"");
        return $"Host=127.0.0.1;Port={DatabasePort};Username=postgres;Database={name}";
    }

    /// <summary>A fresh, empty virtual host.</summary>
    public async Task<string> NewVirtualHost(string name)
    {
        await Rabbit("rabbitmqctl", "-q", "add_vhost", name);
        await Rabbit("rabbitmqctl", "-q", "set_permissions", "-p", name, "guest", ".*", ".*", ".*");
        return $"{Broker}/{name}";
    }

    /// <summary>A user with a password of its own.</summary>
    public async Task NewUser(string name, string password, string virtualHost)
    {
        await Rabbit("rabbitmqctl", "-q", "add_user", name, password);
        await Rabbit("rabbitmqctl", "-q", "set_permissions", "-p", virtualHost, name, ".*", ".*", ".*");
    }

    /// <summary>Messages in every queue of a virtual host that has any.</summary>
    public async Task<IReadOnlyDictionary<string, int>> Messages(string virtualHost)
    {
        var lines = (await Rabbit("rabbitmqctl", "-q", "list_queues", "-p", virtualHost, "name", "messages", "--no-table-headers")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Select(line => line.Split('\t')).ToDictionary(cells => cells[0], cells => int.Parse(cells[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    /// <summary>Stops the broker, by SIGTERM or SIGKILL, and starts it again.</summary>
    public async Task RestartBroker(bool kill)
    {
        await Run("kill", [kill ? "-KILL" : "-TERM", (await File.ReadAllTextAsync(In("broker", "pid"))).Trim()]);
        await broker!.WaitForExitAsync();
        await StartBroker();
        await EveryQueueLeads();
    }

    // RabbitMQ 3.10, Debian 12's, forgets to elect the leader of a queue that a client asks while it is being recovered, about one restart in
    // ten under load: the queue then answers nobody until the next restart (rabbitmq-server issue 10070, ra issue 179).
    private async Task EveryQueueLeads()
    {
        var leaderless = (await Rabbit("rabbitmqctl", "-q", "eval", ElectLeaders)).Trim();
        Assert.True(leaderless == "[]", $"After the broker's restart these queues have no leader: {leaderless}");
    }

    private const string ElectLeaders = """
        Leaderless = fun() -> [{element(1, Queue), node()} || Queue <- ets:tab2list(ra_state), element(2, Queue) =/= leader] end,
        Elect = fun Again(0) -> Leaderless();
                    Again(Looks) -> case Leaderless() of
                        [] -> [];
                        Queues -> [catch ra:trigger_election(Queue) || Queue <- Queues], timer:sleep(100), Again(Looks - 1)
                    end
                end,
        Elect(600).
        """;

    /// <summary>Stops the database, in order or at once, and starts it again.</summary>
    public async Task RestartDatabase(bool kill)
    {
        await Postgres("pg_ctl", "-D", In("database", "data"), "-m", kill ? "immediate" : "fast", "-w", "stop");
        await StartDatabase();
    }

    public async ValueTask DisposeAsync()
    {
        if (databaseRuns)
        {
            await Postgres("pg_ctl", "-D", In("database", "data"), "-m", "immediate", "-w", "stop");
        }

        if (broker is { HasExited: false })
        {
            broker.Kill(entireProcessTree: true);
            await broker.WaitForExitAsync();
            await Run("epmd", ["-port", Port(2), "-kill"], mustSucceed: false);
        }

        Directory.Delete(folder, recursive: true);
    }

    private const string BrokerProgram = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private string DatabasePort => Port(3);

    private string Port(int n) => (first + n).ToString(CultureInfo.InvariantCulture);

    private string In(params string[] parts) => Path.Combine([folder, .. parts]);

    private async Task StartBroker()
    {
        foreach (var name in new[] { "home", "mnesia", "log" })
        {
            Directory.CreateDirectory(In("broker", name));
        }

        var cookie = In("broker", "home", ".erlang.cookie");
        if (!File.Exists(cookie))
        {
            await File.WriteAllTextAsync(cookie, Convert.ToHexString(RandomNumberGenerator.GetBytes(12)));
            SetMode(cookie, UnixFileMode.UserRead);
            await File.WriteAllTextAsync(In("broker", "rabbitmq.conf"), "loopback_users = none\ndisk_free_limit.absolute = 64MB\nlog.console = false\n");
            await File.WriteAllTextAsync(In("broker", "enabled_plugins"), "[].");
        }

        // Files, not pipes: after a crash Erlang writes that it repairs a table, and dies when it cannot.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        var said = In("broker", "log", "said");
        Array.ForEach(["-c", "exec \"$0\" >>\"$1\" 2>&1 </dev/null", BrokerProgram, said], start.ArgumentList.Add);
        Configure(start);
        broker = Process.Start(start)!;
        if (!await Listens(first, () => broker.HasExited))
        {
            broker.Kill(entireProcessTree: true);
            Assert.Fail($"RabbitMQ did not start: {await File.ReadAllTextAsync(said)}");
        }

        Broker = $"amqp://127.0.0.1:{first}";
    }

    // The programs below lib, not the wrappers in sbin, which change the user and drop the environment.
    private void Configure(ProcessStartInfo start)
    {
        foreach (var (name, value) in new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = In("broker", "home"), ["RABBITMQ_NODENAME"] = $"t{first}@localhost", ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = Port(0), ["RABBITMQ_DIST_PORT"] = Port(1), ["ERL_EPMD_PORT"] = Port(2), ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_MNESIA_BASE"] = In("broker", "mnesia"), ["RABBITMQ_LOG_BASE"] = In("broker", "log"), ["RABBITMQ_PID_FILE"] = In("broker", "pid"),
            ["RABBITMQ_CONFIG_FILE"] = In("broker", "rabbitmq.conf"), ["RABBITMQ_ADVANCED_CONFIG_FILE"] = In("broker", "none"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = In("broker", "enabled_plugins"), ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_SCHEDULER_BUSY_WAIT_THRESHOLD"] = "none",
        })
        {
            start.Environment[name] = value;
        }
    }

    private async Task InitializeDatabase()
    {
        Directory.CreateDirectory(In("database"));
        if (Environment.UserName == "root")
        {
            await Run("chown", ["postgres", In("database")]);
        }

        await Postgres("initdb", "-D", In("database", "data"), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8");
        await StartDatabase();
    }

    private async Task StartDatabase()
    {
        await Postgres(
            "pg_ctl", "-D", In("database", "data"), "-w", "-t", "60", "-l", In("database", "log"),
            "-o", $"-p {DatabasePort} -c listen_addresses=127.0.0.1 -c unix_socket_directories={In("database")} -c fsync=off -c max_connections=300", "start");
        databaseRuns = true;
        Server = $"Host=127.0.0.1;Port={DatabasePort};Username=postgres;Database=postgres";
    }

    // initdb and postgres refuse to run as root.
    private static Task<string> Postgres(string program, params string[] arguments) => Environment.UserName == "root"
        ? Run("runuser", ["-u", "postgres", "--", $"{PostgresTools}/{program}", .. arguments]) : Run($"{PostgresTools}/{program}", arguments);

    private Task<string> Rabbit(string program, params string[] arguments) => Run($"/usr/lib/rabbitmq/bin/{program}", arguments, Configure);

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private static async Task<string> Run(string program, string[] arguments, Action<ProcessStartInfo>? configure = null, bool mustSucceed = true)
    {
        // To files, not pipes: a server that a program leaves behind would keep a pipe open.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = "/" };
        var output = Path.GetTempFileName();
        try
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add("out=$1; shift; exec \"$@\" >\"$out\" 2>&1 </dev/null");
            Array.ForEach(["sh", output, program, .. arguments], start.ArgumentList.Add);
            configure?.Invoke(start);
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
            var text = await File.ReadAllTextAsync(output);
            Assert.True(process.ExitCode == 0 || !mustSucceed, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {text}");
            return text;
        }
        finally
        {
            File.Delete(output);
        }
    }

    public static async Task<bool> Listens(int port, Func<bool> isDead)
    {
        var watch = Stopwatch.StartNew();
        while (!isDead() && watch.Elapsed < Patience)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }

        return false;
    }

    // Below the ephemeral range: a client that reconnects there may connect to itself and keep the broker from its port.
    public static int FreePorts(int count)
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 32_000 - count);
            if (Enumerable.Range(port, count).All(IsFree))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
