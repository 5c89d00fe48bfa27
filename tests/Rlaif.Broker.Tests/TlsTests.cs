using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
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

    /// <summary>Whoever stands between us and the broker has a certificate too; what it must not get is the password.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_that_nobody_vouches_for_is_told_nothing(bool bus)
    {
        using var listener = Listener(out var port);
        var broker = new BrokerSettings(new($"amqps://localhost:{port}"), "guest", Canaries.Broker);
        Assert.Equal(SslPolicyErrors.None, broker.Factory().Ssl.AcceptablePolicyErrors);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var services = new ServiceCollection().AddLogging().AddRlaifBus(broker, _ => { }).BuildServiceProvider();
        var connecting = bus ? services.GetRequiredService<IBusControl>().StartAsync(stop.Token) : (Task)broker.Connect(stop.Token);
        Assert.Null(await FirstSecret(listener));
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

    /// <summary>What the first client says first under TLS with a certificate that was made up; null: it leaves.</summary>
    private static async Task<byte?> FirstSecret(TcpListener listener)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = made }, TestContext.Current.CancellationToken);
            var first = new byte[1];
            return await tls.ReadAsync(first, TestContext.Current.CancellationToken) == 1 ? first[0] : null;
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            return null;
        }
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
