using System.Globalization;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

/// <summary>How much is broken.</summary>
internal sealed record ChaosPlan(int Kills, int BrokerRestarts, int DatabaseRestarts);

/// <summary>What happens to a deployment while runs go on.</summary>
internal interface IDisturbance
{
    bool IsOver { get; }

    /// <summary>Goes on until everything was done, or the run has ended.</summary>
    /// <param name="stage">Where the run is; null: it has ended.</param>
    Task Disturb(Func<string?> stage, CancellationToken cancel);
}

/// <summary>Breaks a deployment at random moments while a run goes on, and writes down what it did in which stage.</summary>
internal sealed class Chaos(Deployment deployment, Random random, ChaosPlan plan, ITestOutputHelper output) : IDisturbance
{
    private static readonly TimeSpan PastTheLease = TimeSpan.FromSeconds(7);

    private readonly List<(string What, string Stage)> done = [];

    public int Kills => Count("kill");

    public int BrokerRestarts => Count("broker");

    public int DatabaseRestarts => Count("database");

    public bool IsOver => Kills >= plan.Kills && BrokerRestarts >= plan.BrokerRestarts && DatabaseRestarts >= plan.DatabaseRestarts;

    public async Task Disturb(Func<string?> stage, CancellationToken cancel)
    {
        while (!IsOver && stage() is { } now)
        {
            await Task.Delay(TimeSpan.FromSeconds(1 + (random.NextDouble() * 7)), cancel);
            var what = Next();
            await Do(what, cancel);
            done.Add((what, stage() ?? now));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done.Count,4}  {what,-32} {now}"));
        }
    }

    /// <summary>What was done how often in which stage.</summary>
    public IEnumerable<string> Table() => done.GroupBy(one => (What: one.What.Split(' ') is ["kill", var name] ? $"kill {name[..name.LastIndexOf('-')]}" : one.What, one.Stage))
        .OrderBy(group => group.Key.What, StringComparer.Ordinal).ThenBy(group => group.Key.Stage, StringComparer.Ordinal)
        .Select(group => $"{group.Key.What,-28} {group.Key.Stage,-36} {group.Count(),4}");

    // What is rarer in the plan is drawn more rarely.
    private string Next()
    {
        var left = new List<(string What, int Weight)>
        {
            ("kill", Math.Max(0, plan.Kills - Kills)), ("broker", 2 * Math.Max(0, plan.BrokerRestarts - BrokerRestarts)),
            ("database", 2 * Math.Max(0, plan.DatabaseRestarts - DatabaseRestarts)), ("again", 1), ("stop", 1),
        };
        var at = random.Next(left.Sum(one => one.Weight));
        var what = left.First(one => (at -= one.Weight) < 0).What;
        var services = deployment.Services();
        return what switch
        {
            "kill" => $"kill {services[random.Next(services.Count)].Name}",
            "stop" => $"stop {services.Where(one => one.Service is "policy-optimizer" or "reward-trainer").ElementAt(random.Next(2)).Name}",
            "broker" or "database" => $"{what} {(random.Next(2) == 0 ? "SIGTERM" : "SIGKILL")}",
            _ => "send everything again",
        };
    }

    private async Task Do(string what, CancellationToken cancel)
    {
        switch (what.Split(' '))
        {
            case ["kill", var name]:
                await RlaifProcess.Signal(ProcessOf(name), "KILL");
                break;
            case ["stop", var name]:
                var process = ProcessOf(name);
                await RlaifProcess.Signal(process, "STOP");
                await Task.Delay(PastTheLease, cancel);
                await RlaifProcess.Signal(process, "CONT");
                break;
            case ["broker", var signal]:
                await deployment.Servers.RestartBroker(kill: signal == "SIGKILL");
                break;
            case ["database", var signal]:
                await deployment.Servers.RestartDatabase(kill: signal == "SIGKILL");
                break;
            default:
                await Eventually.True(SentAgain, "the database takes an update");
                break;
        }
    }

    private async Task<bool> SentAgain()
    {
        try
        {
            await deployment.SendAgain();
            return true;
        }
        catch (Npgsql.NpgsqlException)
        {
            return false;
        }
    }

    private int ProcessOf(string name) => deployment.Services().Single(service => service.Name == name).ProcessId;

    private int Count(string what) => done.Count(one => one.What.StartsWith(what, StringComparison.Ordinal));
}
