using System.Globalization;
using System.Net.Security;
using RabbitMQ.Client;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>The broker of a deployment.</summary>
/// <param name="Address">amqp://host:port/vhost, or amqps:// for TLS. Never with a password in it.</param>
public sealed record BrokerSettings(Uri Address, string User, string Password)
{
    /// <summary>A connection for what the bus has no words for.</summary>
    public Task<IConnection> Connect(CancellationToken cancel) => Factory().CreateConnectionAsync(cancel);

    /// <summary>Without the password: records print themselves.</summary>
    public override string ToString() => $"{Address} as {User}";

    internal ConnectionFactory Factory()
    {
        var factory = new ConnectionFactory { Uri = Address, UserName = User, Password = Password, ClientProvidedName = "rlaif" };
        factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;      // the address alone would do with a certificate of another name
        return factory;
    }
}

/// <summary>Where a deployment keeps its state and how its services meet. Without a broker and a database: one process, in memory and SQLite.</summary>
/// <param name="Home">Artifacts, unfinished trainings, and the SQLite file when there is no other database.</param>
/// <param name="Replica">This process among its like: it takes its own leases back when it starts again. No two live processes share one.</param>
/// <param name="Broker">Null: messages stay in this process.</param>
/// <param name="ConnectionString">PostgreSQL's connection string; null: SQLite in the home.</param>
/// <param name="Listen">Address that HTTP is served at.</param>
/// <param name="Lease">How long a trainer that is not heard of keeps its job.</param>
/// <param name="Bucket">Where artifacts are; null: in the home's folder of artifacts, which all processes share.</param>
public sealed record Deployment(
    HomeFolder Home, string Replica, BrokerSettings? Broker, string? ConnectionString, Uri Listen, TimeSpan Lease, BucketSettings? Bucket = null)
{
    private static readonly TimeSpan UsualLease = TimeSpan.FromSeconds(60);

    /// <summary>One process on one home, HTTP on a free port.</summary>
    public static Deployment Embedded(HomeFolder home) => new(home, Environment.MachineName, null, null, new("http://127.0.0.1:0"), UsualLease);

    /// <summary>Its database.</summary>
    public Database Open() => ConnectionString is { } postgres ? Database.Postgres(postgres) : Database.Sqlite(Home.DatabaseFile);

    /// <summary>Without the password: records print themselves.</summary>
    public override string ToString() => $"{Replica} on {Home.Path}";

    /// <summary>As the environment says; docs/deployment.md lists the settings.</summary>
    /// <exception cref="InputException">A setting that cannot be used, by its name; never with the value of a secret.</exception>
    public static Deployment Read(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new(
            new(settings.Text("RLAIF_HOME") ?? ".rlaif", settings.Text("RLAIF_ARTIFACTS")),
            settings.Text("RLAIF_REPLICA") ?? $"{Environment.MachineName}-{Environment.ProcessId}",
            BrokerOf(settings),
            DatabaseOf(settings),
            Address(settings, "RLAIF_LISTEN", ["http"], "write one like http://localhost:8080") ?? new("http://127.0.0.1:0"),
            LeaseOf(settings),
            BucketOf(settings));
    }

    private static TimeSpan LeaseOf(Settings settings) => settings.Text("RLAIF_LEASE_SECONDS") is not { } text ? UsualLease
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 3 and <= 3600 ? TimeSpan.FromSeconds(seconds)
        : throw new InputException($"RLAIF_LEASE_SECONDS is \"{text}\"; write a number from 3 to 3600.");

    private static BrokerSettings? BrokerOf(Settings settings) =>
        Address(settings, "RLAIF_BROKER", ["amqp", "amqps"], "write one like amqp://localhost:5672") is { } address
            ? new(address, settings.Text("RLAIF_BROKER_USER") ?? "guest", settings.Secret("RLAIF_BROKER_PASSWORD") ?? "guest")
            : null;

    private static string? DatabaseOf(Settings settings)
    {
        if (settings.Text("RLAIF_DATABASE") is not { } text)
        {
            return null;
        }

        try
        {
            return Database.ConnectionString(text, settings.Secret("RLAIF_DATABASE_PASSWORD"));
        }
        catch (ArgumentException error)
        {
            throw new InputException(
                "RLAIF_DATABASE is no connection string of PostgreSQL; write one like Host=localhost;Database=rlaif;Username=rlaif, the password in RLAIF_DATABASE_PASSWORD.", error);
        }
    }

    private static BucketSettings? BucketOf(Settings settings)
    {
        const string example = "write one like https://s3.example.com/bucket";
        if (Address(settings, "RLAIF_S3", ["https", "http"], example) is not { } address)
        {
            return null;
        }

        var path = address.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToList();
        if (path is not [var bucket, .. var prefix] || address.Query.Length + address.Fragment.Length > 0)
        {
            throw new InputException($"RLAIF_S3 is an address without a bucket, or with more than that; {example}.");
        }

        return new(
            new(address.GetLeftPart(UriPartial.Authority)),
            bucket,
            string.Concat(prefix.Select(part => part + "/")),
            settings.Text("RLAIF_S3_REGION") ?? "us-east-1",
            settings.Secret("RLAIF_S3_KEY") ?? throw new InputException("RLAIF_S3 is set without RLAIF_S3_KEY, the id of the bucket's key."),
            settings.Secret("RLAIF_S3_SECRET") ?? throw new InputException("RLAIF_S3 is set without RLAIF_S3_SECRET, the secret of that key."));
    }

    private static Uri? Address(Settings settings, string name, string[] schemes, string example)
    {
        if (settings.Text(name) is not { } text)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || !schemes.Contains(address.Scheme, StringComparer.Ordinal))
        {
            throw new InputException($"{name} is no address; {example}.");
        }

        return address.UserInfo.Length == 0 ? address : throw new InputException(
            $"{name} holds a user or a password; addresses end up in logs, so a secret has a setting of its own (docs/deployment.md).");
    }
}
