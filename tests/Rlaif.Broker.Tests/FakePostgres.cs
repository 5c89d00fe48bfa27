using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rlaif.Broker.Tests;

/// <summary>A PostgreSQL that asks for the password in clear and then refuses it, telling it to whoever listens.</summary>
internal sealed class FakePostgres : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public FakePostgres()
    {
        listener.Start();
        _ = Serve();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The password that came.</summary>
    public TaskCompletionSource<string> Password { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => listener.Dispose();

    private async Task Serve()
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                await Refuse(client.GetStream());
            }
            catch (IOException)
            {
                // This client has gone.
            }
            catch (Exception error) when (error is ObjectDisposedException or SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }

    // https://www.postgresql.org/docs/17/protocol-flow.html#PROTOCOL-FLOW-START-UP
    private async Task Refuse(NetworkStream stream)
    {
        const int TlsRequest = 80877103, GssRequest = 80877104;
        while (await Body(stream, 0) is var start && BinaryPrimitives.ReadInt32BigEndian(start) is TlsRequest or GssRequest)
        {
            await stream.WriteAsync("N"u8.ToArray());
        }

        await stream.WriteAsync((byte[])[(byte)'R', 0, 0, 0, 8, 0, 0, 0, 3]);        // AuthenticationCleartextPassword
        await stream.ReadExactlyAsync(new byte[1]);
        Password.TrySetResult(Encoding.UTF8.GetString(await Body(stream, 0)).TrimEnd('\0'));
        var fields = Encoding.UTF8.GetBytes("SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user \"rlaif\"\0\0");
        var head = new byte[5];
        head[0] = (byte)'E';
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), fields.Length + 4);
        await stream.WriteAsync((byte[])[.. head, .. fields]);
    }

    private static async Task<byte[]> Body(NetworkStream stream, int skip)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4 - skip];
        await stream.ReadExactlyAsync(body);
        return body;
    }
}
