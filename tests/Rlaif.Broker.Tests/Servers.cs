using Rlaif.Broker.Tests;
using Rlaif.Testing;

[assembly: AssemblyFixture(typeof(Servers))]

namespace Rlaif.Broker.Tests;

/// <summary>One broker, one database and one whole run for all tests that need them; nothing is started for those that do not.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly Lazy<Task<PrivateServers>> servers = new(() => PrivateServers.Start());
    private readonly Lazy<Task<WholeRun>> run;

    public Servers() => run = new(async () => await WholeRun.Start(await Private));

    internal Task<PrivateServers> Private => servers.Value;

    internal Task<WholeRun> Run => run.Value;

    public async ValueTask DisposeAsync()
    {
        if (run is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await run.Value).DisposeAsync();
        }

        if (servers is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await servers.Value).DisposeAsync();
        }
    }
}
