[assembly: AssemblyFixture(typeof(Rlaif.Storage.Tests.StorageServers))]

namespace Rlaif.Storage.Tests;

/// <summary>Leaves no server behind.</summary>
public sealed class StorageServers : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await TemporaryDatabase.StopServers();
}
