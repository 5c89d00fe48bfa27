using System.CommandLine;
using System.Globalization;
using Rlaif.Cli.Commands;
using Rlaif.Cli.Running;
using Rlaif.Hosting;
using Rlaif.Recipes;

namespace Rlaif.Cli.Serving;

/// <summary><c>rlaif up</c>: every service as a process of its own on this machine; Ctrl-C stops all.</summary>
internal static class UpCommand
{
    private const int FirstPort = 8080;

    public static Command Make(Option<string?> home)
    {
        var replicas = new Option<string?>("--replicas") { Description = "How many of a service: judge=3,generator=2 (one of each otherwise)" };
        var command = new Command("up", "Run all services as processes on this machine, against the broker and database that the environment names") { replicas };
        command.SetAction(async (parsed, cancel) =>
        {
            var folder = new HomeFolder(HomeChoice.PathOf(parsed.GetValue(home), null));
            var deployment = ServeCommand.Remote(new(name => name == "RLAIF_HOME" ? folder.Path : Environment.GetEnvironmentVariable(name)));
            var planned = Plan(deployment, Counts(parsed.GetValue(replicas) ?? ""));
            using var held = new HomeLock(folder, $"up-{Environment.MachineName}.lock");
            await RlaifHost.Prepare(deployment, AllServices.Modules, cancel);
            await using var fleet = new Fleet(planned, folder, Console.Out);
            await fleet.Run(cancel);
            return CommandLine.Done;
        });
        return command;
    }

    /// <summary>How many of each service.</summary>
    /// <exception cref="InputException">No such service, or no count.</exception>
    internal static IReadOnlyDictionary<string, int> Counts(string text)
    {
        var counts = AllServices.Names.ToDictionary(name => name, _ => 1, StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, count) = part.Split('=') is [var left, var right] ? (left, right) : (part, "");
            if (!counts.ContainsKey(name) || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 64)
            {
                throw new InputException($"--replicas has \"{part}\"; write SERVICE=COUNT with a count up to 64 and one of {string.Join(", ", AllServices.Names)}.");
            }

            counts[name] = number;
        }

        return counts;
    }

    /// <summary>One port after the other, the coordinator's first, which alone others may reach; what the services are told differs only in their
    /// name and address.</summary>
    private static IReadOnlyList<PlannedService> Plan(Deployment deployment, IReadOnlyDictionary<string, int> counts)
    {
        var first = deployment.Listen.Port > 0 ? deployment.Listen.Port : FirstPort;
        var names = AllServices.Names.SelectMany(name => Enumerable.Range(1, counts[name]).Select(number => (Service: name, Name: $"{name}-{number}"))).ToList();
        var planned = names.Select((one, i) => new PlannedService(
            one.Name, one.Service, new($"http://{(one.Service == "coordinator" ? deployment.Listen.Host : "127.0.0.1")}:{first + i}"))).ToList();
        var models = planned.FirstOrDefault(one => one.Service == "generator")?.Address;
        return [.. planned.Select(one => one with { Models = models })];
    }
}
