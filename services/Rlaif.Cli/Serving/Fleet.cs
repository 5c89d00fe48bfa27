using System.Text.Json;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Cli.Serving;

/// <summary>A service that is to run.</summary>
/// <param name="Name">Its name on this machine.</param>
/// <param name="Listen">Where it serves.</param>
/// <param name="Models">Where models are served; null: nowhere.</param>
internal sealed record PlannedService(string Name, string Service, Uri Listen, Uri? Models = null)
{
    /// <summary>Where this machine finds it.</summary>
    public Uri Address { get; } = new($"http://127.0.0.1:{Listen.Port}");
}

/// <summary>The processes of a deployment on this machine: started, watched, started again when they die, stopped together.</summary>
internal sealed class Fleet(IReadOnlyList<PlannedService> planned, HomeFolder home, TextWriter output) : IAsyncDisposable
{
    /// <summary>Which process serves what, for whoever wants to look or to kill.</summary>
    public const string StateFile = "up.json";

    /// <summary>The folder of a machine's logs and of its <see cref="StateFile"/>: several machines may share a home.</summary>
    public static string Logs(HomeFolder home) => Directory.CreateDirectory(Path.Combine(home.Path, "logs", Environment.MachineName)).FullName;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), Grace = TimeSpan.FromSeconds(45);

    private readonly List<ServiceProcess> services = [.. planned.Select(one => new ServiceProcess(one, home))];
    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>Until it is cancelled.</summary>
    public async Task Run(CancellationToken cancel)
    {
        await using var screen = new FleetScreen(output, services);
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                var started = false;
                services.ForEach(service => started |= service.StartIfDown());
                if (started)
                {
                    await WriteState(cancel);
                }

                await Task.WhenAll(services.Select(service => service.Look(client, cancel)));
                screen.Show();
                await Task.Delay(Pause, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Told to stop.
        }

        await Task.WhenAll(services.Select(service => service.Stop(Grace)));
        screen.Show();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(services.Select(service => service.Stop(Grace)));
        services.ForEach(service => service.Dispose());
        client.Dispose();
        File.Delete(Path.Combine(Logs(home), StateFile));
    }

    private async Task WriteState(CancellationToken cancel)
    {
        var file = Path.Combine(Logs(home), StateFile);
        var rows = services.Select(service => new { service.Planned.Name, service.Planned.Service, service.Planned.Address, service.ProcessId });
        await File.WriteAllTextAsync(file + ".partial", JsonSerializer.Serialize(rows, Json.Options), cancel);
        File.Move(file + ".partial", file, overwrite: true);
    }
}
