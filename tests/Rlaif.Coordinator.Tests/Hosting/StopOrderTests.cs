using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rlaif.Hosting;

namespace Rlaif.Coordinator.Tests.Hosting;

public sealed class StopOrderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-stop-").FullName;

    /// <summary>A host stops in the reverse order of what is registered. Who sends by a bus that has stopped loses the message, and its run pauses.</summary>
    [Fact]
    public async Task Whoever_sends_stops_before_the_bus()
    {
        await using var host = RlaifHost.Build(Deployment.Embedded(new(folder)), [CoordinatorService.Module]);
        var names = host.Services.GetServices<IHostedService>().Select(service => service.GetType().Name).ToList();
        var bus = names.IndexOf("MassTransitHostedService");
        Assert.InRange(bus, 0, names.IndexOf("RunReconciler") - 1);
        Assert.InRange(bus, 0, names.IndexOf("RunGauges") - 1);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
