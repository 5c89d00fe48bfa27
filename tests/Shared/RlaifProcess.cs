using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Rlaif.Testing;

/// <summary>The command line as a user starts it: a process of its own.</summary>
internal sealed class RlaifProcess : IDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    private RlaifProcess(IReadOnlyDictionary<string, string> settings, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Repository.Path(""),
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "rlaif.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("RLAIF_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    public static RlaifProcess Start(params string[] arguments) => new(new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>With settings in its environment; it ends when <see cref="Dispose"/> is called or when it likes.</summary>
    public static RlaifProcess Start(IReadOnlyDictionary<string, string> settings, params string[] arguments) => new(settings, arguments);

    /// <summary>Runs to the end; the exit code and all that was written.</summary>
    public static Task<(int ExitCode, string Output)> Run(CancellationToken cancel, params string[] arguments) =>
        Run(new Dictionary<string, string>(StringComparer.Ordinal), cancel, arguments);

    /// <inheritdoc cref="Run(CancellationToken, string[])"/>
    public static async Task<(int ExitCode, string Output)> Run(IReadOnlyDictionary<string, string> settings, CancellationToken cancel, params string[] arguments)
    {
        using var started = Start(settings, arguments);
        return (await started.Wait(cancel), started.Output);
    }

    /// <summary>Told of every line.</summary>
    public Action<string>? OnLine { get; set; }

    /// <summary>SIGTERM.</summary>
    public Task Terminate() => Signal(process.Id, "TERM");

    /// <summary>Sends a signal to a process: TERM, KILL, STOP, CONT.</summary>
    public static async Task Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> Wait(CancellationToken cancel)
    {
        await process.WaitForExitAsync(cancel);
        return process.ExitCode;
    }

    /// <summary>SIGKILL after a while, unless it ended before; whether it was killed.</summary>
    public async Task<bool> KillAfter(TimeSpan delay, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(delay);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return false;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(cancel);
            return true;
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private void Take(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }

        if (line is not null)
        {
            OnLine?.Invoke(line);
        }
    }
}
