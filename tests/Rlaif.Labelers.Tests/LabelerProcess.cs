using System.Collections.Concurrent;
using System.Diagnostics;
using Rlaif.Testing;

namespace Rlaif.Labelers.Tests;

/// <summary>One of the labelers in samples/labelers as its own process.</summary>
internal sealed class LabelerProcess : IAsyncDisposable
{
    // Debian's own Python: another one on the path does not see Debian's packages.
    private const string Interpreter = "/usr/bin/python3", Packages = "/usr/lib/python3/dist-packages/pika";

    private readonly ConcurrentQueue<string> said = [];
    private readonly Process process;

    private LabelerProcess(string program, string script, string pool, string broker)
    {
        var start = new ProcessStartInfo(program, [Sample(script), pool]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["RLAIF_BROKER"] = broker;
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    /// <summary>What it wrote; a failing test shows it.</summary>
    public string Said => string.Join('\n', said);

    public static LabelerProcess Python(string pool, string broker) => new(Interpreter, "rules_labeler.py", pool, broker);

    public static LabelerProcess JavaScript(string pool, string broker) => new("node", "rules_labeler.mjs", pool, broker);

    /// <summary>Skips the test when it cannot run here.</summary>
    public static void MustBeInstalled()
    {
        Assert.SkipUnless(Directory.Exists(Packages), "pika is not installed; build/labeler-tools does it, and ./test calls it.");
        Assert.SkipUnless(Directory.Exists(Sample("node_modules/amqplib")), "amqplib is not installed; build/labeler-tools does it, and ./test calls it.");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static string Sample(string file) => Repository.Path("samples/labelers/" + file);
}
