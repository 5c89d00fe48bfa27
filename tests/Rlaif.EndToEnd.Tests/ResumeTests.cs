using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

// One collection: every test starts the whole product with two tensor threads, and two at once would fight for the cores.
[Collection("product")]
public class ResumeTests(ITestOutputHelper output)
{
    private const int Kills = 20;

    [Fact, Trait("Speed", "slow")]
    public async Task Killed_at_twenty_random_moments_a_run_ends_in_the_bytes_of_a_calm_one()
    {
        var cancel = TestContext.Current.CancellationToken;
        var seed = Environment.GetEnvironmentVariable("RLAIF_TEST_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.ProcessId;
        output.WriteLine($"RLAIF_TEST_SEED={seed}");
        var random = new Random(seed);
        using var run = new ShortRun();
        var watch = Stopwatch.StartNew();
        var calm = await run.Finish("calm", cancel);
        var span = watch.Elapsed;

        var (killed, home) = (0, 0);
        while (killed < Kills)
        {
            // Some kills fall into the start of the process, most into its work; the whole gets somewhere between them.
            var delay = TimeSpan.FromSeconds(0.3 + (random.NextDouble() * span.TotalSeconds * 0.4));
            using var process = RlaifProcess.Start(run.Command($"hurt{home}"));
            if (await process.KillAfter(delay, cancel))
            {
                killed++;
                output.WriteLine($"{killed,3}  run {home}  killed after {delay.TotalSeconds,4:0.0} s  {LastStage(process.Output)}");
                continue;
            }

            // It ended between two kills: the next ones hit another one.
            await Compare(run, calm, home++, cancel);
        }

        await Compare(run, calm, home, cancel);
    }

    private static async Task Compare(ShortRun run, JsonElement calm, int home, CancellationToken cancel)
    {
        var hurt = await run.Finish($"hurt{home}", cancel);
        Assert.Equal(ShortRun.Bytes(calm), ShortRun.Bytes(hurt));
        Assert.Equal(calm.GetProperty("winRate").GetRawText(), hurt.GetProperty("winRate").GetRawText());
    }

    private static string LastStage(string text) =>
        text.Split('\n').LastOrDefault(line => line.StartsWith("event=stage", StringComparison.Ordinal))?.Trim() ?? "(before the first stage)";
}
