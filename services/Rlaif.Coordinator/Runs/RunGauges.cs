using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Runs;

/// <summary>How much is open, how old it is, what is parked: read from the database four times a minute, however often
/// somebody asks, and from the broker every five minutes: it logs an error for each queue that is not there. Every coordinator tells the same.</summary>
internal sealed class RunGauges : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);
    private const int LooksPerParked = 20;

    private readonly Meter meter = new(Instruments.Name);
    private readonly CountTables counts;
    private readonly ParkedQueues parked;
    private readonly Deployment deployment;
    private readonly Patience patience;
    private readonly IHostApplicationLifetime host;
    private readonly TimeProvider time;
    private IReadOnlyList<OpenCount> open = [];
    private IReadOnlyList<RunCount> runs = [];

    public RunGauges(CountTables counts, ParkedQueues parked, Deployment deployment, Patience patience, IHostApplicationLifetime host, TimeProvider time)
    {
        (this.counts, this.parked, this.deployment, this.patience, this.host, this.time) = (counts, parked, deployment, patience, host, time);
        meter.CreateObservableGauge(
            "rlaif_commands_open", () => open.Select(one => Of(one.Commands, "stage", one.Stage)), description: "Commands without an outcome, of the runs that go on");
        meter.CreateObservableGauge(
            "rlaif_command_age", () => open.Where(one => one.IssuedAt is not null).Select(one => Of((time.GetUtcNow() - one.IssuedAt!.Value).TotalSeconds, "stage", one.Stage)),
            "s", "Time since the oldest command without an outcome was sent");
        meter.CreateObservableGauge("rlaif_runs", () => runs.Select(one => Of(one.Runs, "state", one.State)), description: "Runs by state");
        meter.CreateObservableGauge(
            "rlaif_parked_messages", () => parked.Last.Select(one => Of(one.Messages, "queue", one.Queue)), description: "Messages that nobody could work on; rlaif parked lists them");
    }

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (deployment.Broker is null)
        {
            return;
        }

        await host.WaitUntilStarted(stoppingToken);
        for (var look = 0; ; look++)
        {
            (open, runs) = await patience.Try("The gauges", Counts, stoppingToken);
            if (look % LooksPerParked == 0)
            {
                await patience.Try("The gauge of parked messages", parked.List, stoppingToken);
            }

            await Task.Delay(Look, time, stoppingToken);
        }
    }

    private async Task<(IReadOnlyList<OpenCount> Open, IReadOnlyList<RunCount> Runs)> Counts(CancellationToken cancel) =>
        (await counts.Open(cancel), await counts.Runs(cancel));

    private static Measurement<T> Of<T>(T value, string label, string of)
        where T : struct => new(value, KeyValuePair.Create(label, (object?)of));
}
