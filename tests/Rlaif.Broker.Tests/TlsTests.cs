using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MassTransit;
using Rlaif.Coordinator;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Broker.Tests;

public class TlsTests
{
    private const byte ClientHello = 22;        // the type of a TLS record that shakes hands

    [Theory]
    [InlineData("amqps", ClientHello)]
    [InlineData("amqp", (byte)'A')]
    public async Task The_bus_speaks_as_the_address_says(string scheme, byte first)
    {
        using var listener = Listener(out var port);
        var folder = Directory.CreateTempSubdirectory("rlaif-tls-").FullName;
        var deployment = new Deployment(new(folder), "tls", new(new($"{scheme}://127.0.0.1:{port}"), "guest", Canaries.Broker), null, new("http://127.0.0.1:0"), TimeSpan.FromMinutes(1));
        await using (var host = RlaifHost.Build(deployment, [CoordinatorService.Module], LogLevel.None))
        {
            await host.Services.GetRequiredService<Database>().Migrate(TestContext.Current.CancellationToken);
            var bus = host.Services.GetRequiredService<IBusControl>();
            using var stop = new CancellationTokenSource();
            var starting = bus.StartAsync(stop.Token);
            Assert.Equal(first, await FirstByte(listener));
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => starting);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_connection_of_our_own_does_too()
    {
        using var listener = Listener(out var port);
        using var stop = new CancellationTokenSource();
        var connecting = new BrokerSettings(new($"amqps://127.0.0.1:{port}"), "guest", Canaries.Broker).Connect(stop.Token);
        Assert.Equal(ClientHello, await FirstByte(listener));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => connecting);
    }

    private static TcpListener Listener(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    /// <summary>What the first client says first; then it is left alone.</summary>
    private static async Task<byte> FirstByte(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var first = new byte[1];
        await client.GetStream().ReadExactlyAsync(first, TestContext.Current.CancellationToken);
        return first[0];
    }
}
