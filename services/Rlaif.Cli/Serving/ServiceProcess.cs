using System.Diagnostics;
using Rlaif.Hosting;

namespace Rlaif.Cli.Serving;

/// <summary>One service of a <see cref="Fleet"/>.</summary>
internal sealed class ServiceProcess(PlannedService planned, HomeFolder home) : IDisposable
{
    private Process? process;
    private TextWriter? log;

    public PlannedService Planned => planned;

    public int ProcessId => process?.Id ?? 0;

    /// <summary>How often it was started again.</summary>
    public int Restarts { get; private set; } = -1;

    /// <summary>How it ended last; null: it never did.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>starting, ready, waiting (for broker or database), stopped.</summary>
    public string State { get; private set; } = "starting";

    public string LogFile { get; } = Path.Combine(Fleet.Logs(home), planned.Name + ".log");

    /// <summary>Starts it unless it runs; whether it was started.</summary>
    public bool StartIfDown()
    {
        if (process is { HasExited: false })
        {
            return false;
        }

        ExitCode = process?.ExitCode;
        process?.Dispose();
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,       // it ends with us, however we end
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "rlaif.dll"), "serve", planned.Service, ServeCommand.UntilInputEnds];
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["RLAIF_HOME"] = home.Path;
        start.Environment["RLAIF_REPLICA"] = $"{Environment.MachineName}-{planned.Name}";      // other machines may share the home
        start.Environment["RLAIF_LISTEN"] = planned.Listen.ToString();
        if (planned.Models is not null && !start.Environment.ContainsKey("RLAIF_MODELS"))
        {
            start.Environment["RLAIF_MODELS"] = new Uri(planned.Models, "/v1").ToString();
        }

        log ??= TextWriter.Synchronized(new StreamWriter(LogFile, append: true) { AutoFlush = true });
        process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        (State, Restarts) = ("starting", Restarts + 1);
        return true;
    }

    /// <summary>Asks it how it is.</summary>
    public async Task Look(HttpClient client, CancellationToken cancel)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(planned.Address, "/healthz/ready"), cancel);
            State = answer.IsSuccessStatusCode ? "ready" : "waiting";
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            State = State == "starting" ? State : "waiting";
        }
    }

    /// <summary>Its input ends, which tells it to stop; SIGKILL after a while.</summary>
    public async Task Stop(TimeSpan grace)
    {
        if (process is { HasExited: false })
        {
            process.StandardInput.Close();
            using var limit = new CancellationTokenSource(grace);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        State = "stopped";
    }

    public void Dispose()
    {
        process?.Dispose();
        log?.Dispose();
    }

    private void Write(string? line)
    {
        if (line is not null)
        {
            log!.WriteLine(line);
        }
    }
}
