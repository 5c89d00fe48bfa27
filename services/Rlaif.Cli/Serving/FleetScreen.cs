using Spectre.Console;

namespace Rlaif.Cli.Serving;

/// <summary>One line for each service: live on a terminal, a line for each change when piped.</summary>
internal sealed class FleetScreen(TextWriter output, IReadOnlyList<ServiceProcess> services) : IAsyncDisposable
{
    private readonly bool live = !Console.IsOutputRedirected;
    private readonly Dictionary<string, string> shown = new(StringComparer.Ordinal);
    private int lines;

    public void Show()
    {
        if (live)
        {
            // Up over what was written last, and over it again.
            AnsiConsole.Write(new ControlCode(lines > 0 ? $"\u001b[{lines}A\u001b[J" : ""));
            lines = services.Count;
            var width = Math.Max(20, Console.WindowWidth - 1);      // a line that wraps would be two
            services.ToList().ForEach(service => output.WriteLine(Cut(width,
                $"{service.Planned.Name,-20} {service.State,-9} {service.Planned.Address}  pid {service.ProcessId}{(service.Restarts > 0 ? $"  started again {service.Restarts}x, last after exit code {service.ExitCode}" : "")}")));
            return;
        }

        foreach (var service in services)
        {
            var line = $"event=service name={service.Planned.Name} state={service.State} pid={service.ProcessId} address={service.Planned.Address} restarts={service.Restarts}"
                + (service.ExitCode is { } code ? $" exit={code}" : "");
            if (shown.GetValueOrDefault(service.Planned.Name) != line)
            {
                shown[service.Planned.Name] = line;
                output.WriteLine(line);
            }
        }
    }

    private static string Cut(int width, string line) => line[..Math.Min(line.Length, width)];

    public ValueTask DisposeAsync() => new(output.FlushAsync());
}
