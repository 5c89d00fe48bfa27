using System.Globalization;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

[Collection("product")]
public class ChaosTests(ITestOutputHelper output)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static bool IsFull => Environment.GetEnvironmentVariable("RLAIF_CHAOS") is { Length: > 0 };

    /// <summary>`./test --chaos` breaks ten times as much.</summary>
    private static ChaosPlan Plan => IsFull ? new(100, 10, 5) : new(10, 2, 1);

    // Every process that is restarted costs two cores some seconds, and two of a kind compete as three do.
    private static string Replicas => IsFull
        ? "coordinator=3,generator=3,judge=3,reward-trainer=2,policy-optimizer=3,evaluator=2"
        : "coordinator=2,generator=2,judge=2,reward-trainer=2,policy-optimizer=2,evaluator=2";

    [Fact, Trait("Speed", "slow")]
    public async Task A_deployment_that_is_restarted_and_then_broken_all_the_time_ends_in_the_bytes_and_rows_of_one_calm_process()
    {
        var seed = Environment.GetEnvironmentVariable("RLAIF_TEST_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.ProcessId;
        output.WriteLine($"RLAIF_TEST_SEED={seed}");
        var random = new Random(seed);
        await using var deployment = await Deployment.Start(Replicas);
        using var run = new ShortRun();
        var runs = 0;
        await Runs(new RollingRestart(deployment, output));
        var errors = string.Join('\n', deployment.Errors());
        Assert.True(errors.Length == 0, errors);
        Assert.Empty(await deployment.SetAside());
        var chaos = new Chaos(deployment, random, Plan, output);
        await Runs(chaos);

        Assert.Equal(await FactCounts.Of(run.Home("calm")), await deployment.Rows());
        Assert.Empty(await deployment.SetAside());
        Assert.Equal(0, await deployment.Stop());
        Assert.Equal(Artifacts(run.Home("calm")), Artifacts(deployment.Home));
        foreach (var line in chaos.Table())
        {
            output.WriteLine(line);
        }

        output.WriteLine(
            $"chaos: kills {chaos.Kills}, broker restarts {chaos.BrokerRestarts}, database restarts {chaos.DatabaseRestarts}, lost 0, duplicated 0, bytes equal");

        async Task Runs(IDisturbance disturbance)
        {
            do
            {
                runs++;
                var embedded = await run.Finish("calm", Cancel, "--seed", $"{runs}");
                var disturbed = await DisturbedRun.Finish(run, deployment, disturbance, runs);
                var (expected, trained) = (await FactCounts.Trained(run.Home("calm")), await deployment.Trained());
                Assert.NotEmpty(expected);
                Assert.True(
                    expected.SequenceEqual(trained),
                    // What is shown of a failure are its first lines.
                    $"weights: {Lines(WeightDifference.Of(expected, run.Home("calm"), trained, deployment.Home))}\n{Lines(Differences(expected, trained))}");
                Assert.Equal(ShortRun.Bytes(embedded), ShortRun.Bytes(disturbed));
                Assert.Equal(embedded.GetProperty("winRate").GetRawText(), disturbed.GetProperty("winRate").GetRawText());
            }
            while (!disturbance.IsOver);
        }
    }

    private static string Lines(IEnumerable<string> lines) => string.Join("\n  ", lines.Take(40));

    /// <summary>Where a row has another value in the other list, both one after the other, in the order in which they came to be.</summary>
    private static IEnumerable<string> Differences(IReadOnlyList<string> calm, IReadOnlyList<string> disturbed) =>
        calm.Except(disturbed).Select(row => (Row: row, Whose: "calm     ")).Concat(disturbed.Except(calm).Select(row => (Row: row, Whose: "disturbed")))
            .OrderBy(one => one.Row, StringComparer.Ordinal).Select(one => $"{one.Whose} {one.Row}");

    /// <summary>The artifacts that a home holds: no orphan, none missing.</summary>
    private static IReadOnlyList<string> Artifacts(string home)
    {
        var store = new DirectoryInfo(new Rlaif.Hosting.HomeFolder(home).Artifacts);
        Assert.Empty(new DirectoryInfo(Path.Combine(store.FullName, "staging")).EnumerateDirectories().SelectMany(writer => writer.EnumerateFileSystemInfos()));
        return [.. store.EnumerateDirectories().Where(folder => folder.Name != "staging").SelectMany(folder => folder.EnumerateDirectories()).Select(folder => folder.Name).Order(StringComparer.Ordinal)];
    }
}
