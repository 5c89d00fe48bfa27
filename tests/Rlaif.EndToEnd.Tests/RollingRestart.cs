using System.Diagnostics;
using System.Globalization;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

/// <summary>Tells one process after another to stop, and goes on when it is back: an update without a pause.</summary>
internal sealed class RollingRestart(Deployment deployment, ITestOutputHelper output) : IDisturbance
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly Queue<string> left = new(deployment.Services().Select(service => service.Name));

    public bool IsOver => left.Count == 0;

    public async Task Disturb(Func<string?> stage, CancellationToken cancel)
    {
        await Eventually.True(() => stage() != DisturbedRun.BeforeTheFirst, "the run has begun", seconds: 300);
        while (!IsOver && stage() is { } now)
        {
            var name = left.Dequeue();
            var process = deployment.Services().Single(service => service.Name == name).ProcessId;
            var watch = Stopwatch.StartNew();
            await RlaifProcess.Signal(process, "TERM");
            await Eventually.True(() => !Directory.Exists($"/proc/{process}"), $"{name} has ended");
            var took = watch.Elapsed;
            Assert.True(took < Grace, $"{name} took {took.TotalSeconds:0.0} s to end in {now}");
            var back = "";
            await Eventually.True(() => (back = Back(name)).Length > 0, $"{name} is back", seconds: 300);
            Assert.EndsWith(" exit=0", back, StringComparison.Ordinal);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20} ended after {took.TotalSeconds,4:0.0} s, back after {watch.Elapsed.TotalSeconds,4:0.0} s  {now}"));
        }
    }

    /// <summary>What `rlaif up` said when it was ready for the second time; empty: it has not been.</summary>
    private string Back(string name) => deployment.Output.Split('\n', StringSplitOptions.TrimEntries)
        .FirstOrDefault(line => line.StartsWith($"event=service name={name} state=ready ", StringComparison.Ordinal) && line.Contains(" restarts=1 ", StringComparison.Ordinal)) ?? "";
}
