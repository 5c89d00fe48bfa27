using System.Diagnostics;
using System.Globalization;

namespace Rlaif.Testing;

/// <summary>An S3 server that belongs to one test: own port, own folder, gone afterwards. `./test` installs it; without it tests are skipped.</summary>
internal sealed class PrivateS3 : IAsyncDisposable
{
    public const string Bucket = "rlaif", Key = "rlaif-key", Secret = "canary-s29f6";

    // It ends with whoever started it, however that ends.
    private const string Program = """
        const [at, port, directory, key, secret, bucket] = process.argv.slice(1);
        require(at + '/lib/models/account').DUMMY_ACCOUNT.createKeyPair(key, secret);
        new (require(at))({ address: '127.0.0.1', port, silent: true, directory, vhostBuckets: false, configureBuckets: [{ name: bucket }] }).run();
        process.stdin.resume().on('end', () => process.exit());
        """;

    private static readonly string Server = Repository.Path("artifacts/s3-server/node_modules/@20minutes/s3rver");

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-s3-").FullName;
    private readonly int port = PrivateServers.FreePorts(1);
    private Process? process;

    private PrivateS3()
    {
    }

    public Uri Address => new($"http://127.0.0.1:{port}");

    public static async Task<PrivateS3> Start()
    {
        Assert.SkipUnless(Directory.Exists(Server), "There is no S3 server for tests (build/s3-server); ./test installs it.");
        var server = new PrivateS3();
        await server.Continue();
        return server;
    }

    /// <summary>Starts it on what it had.</summary>
    public async Task Continue()
    {
        var start = new ProcessStartInfo("node") { UseShellExecute = false, RedirectStandardInput = true };
        Array.ForEach(["-e", Program, Server, port.ToString(CultureInfo.InvariantCulture), folder, Key, Secret, Bucket], start.ArgumentList.Add);
        process = Process.Start(start)!;
        Assert.True(await PrivateServers.Listens(port, () => process.HasExited), "The S3 server did not start.");
    }

    public async Task Stop()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await Stop();
        }

        Directory.Delete(folder, recursive: true);
    }
}
