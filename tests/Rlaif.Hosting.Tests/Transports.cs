using System.Globalization;
using Rlaif.Storage;
using Rlaif.Testing;

[assembly: AssemblyFixture(typeof(Rlaif.Hosting.Tests.BrokerServers))]

namespace Rlaif.Hosting.Tests;

/// <summary>One process: messages in memory, rows in SQLite.</summary>
public sealed class InMemoryComplianceTests : TransportCompliance
{
    protected override Task<(BrokerSettings? Broker, string? Database)> Servers() => Task.FromResult<(BrokerSettings?, string?)>((null, null));
}

/// <summary>A deployment: RabbitMQ and PostgreSQL.</summary>
[Trait("Speed", "slow")]
public sealed class BrokerComplianceTests(BrokerServers servers) : TransportCompliance
{
    protected override Task<(BrokerSettings? Broker, string? Database)> Servers() => servers.Fresh();
}

/// <summary>The servers of this test process, started when the first test asks.</summary>
public sealed class BrokerServers : IAsyncDisposable
{
    private readonly Lazy<Task<PrivateServers>> servers = new(() => PrivateServers.Start());
    private int made;

    /// <summary>A virtual host and a database that nobody used.</summary>
    public async Task<(BrokerSettings? Broker, string? Database)> Fresh()
    {
        var started = await servers.Value;
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref made)}");
        var broker = new BrokerSettings(new(await started.NewVirtualHost(name)), "guest", "guest");
        return (broker, Database.ConnectionString(await started.NewDatabase(name), null));
    }

    public async ValueTask DisposeAsync()
    {
        if (servers.IsValueCreated)
        {
            await (await servers.Value).DisposeAsync();
        }
    }
}
