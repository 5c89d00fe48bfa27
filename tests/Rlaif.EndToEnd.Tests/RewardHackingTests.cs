using System.Text.Json;
using System.Text.RegularExpressions;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

[Collection("product")]
public sealed class RewardHackingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-hacking").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact, Trait("Speed", "slow")]
    public async Task Without_defences_the_alarm_stops_the_run_and_whoever_resumes_it_accepts_that()
    {
        string[] command = [.. Command("gamed"), "--set", "evaluation.prompts=2"];
        var (code, output) = await RlaifProcess.Run(Cancel, command);
        Assert.Equal(2, code);
        Assert.Matches("Run [0-9a-f]{8} waits: The alarm of grpo stopped it after step [0-9]+ of 144: .+[(](rulesFall|fewestWords|mostKl|leastDistinct)", output);
        var stopped = await Show("gamed", output);
        Assert.StartsWith("paused: The alarm of grpo", stopped.GetProperty("state").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(stopped.GetProperty("checkpoints").EnumerateArray(), one => one.GetProperty("kind").GetString() == "policy");
        var (first, last) = Metric(stopped, "grpo/reward");
        Assert.True(last > first + 0.1, $"the reward went from {first} to {last}");

        // Asked again until every measure that leaves its band was accepted.
        for (var again = 0; again < 4 && code == 2; again++)
        {
            (code, output) = await RlaifProcess.Run(Cancel, command);
        }

        Assert.True(code == 0, output);
        Assert.Contains((await Show("gamed", output)).GetProperty("checkpoints").EnumerateArray(), one => one.GetProperty("kind").GetString() == "policy");
    }

    [Fact, Trait("Speed", "slow")]
    public async Task With_its_defences_on_the_same_run_raises_no_alarm()
    {
        var (code, output) = await RlaifProcess.Run(Cancel, [.. Command("defended"), "--set", "evaluation.prompts=2", "--set", "optimize.0.grpo.beta=1.5"]);
        Assert.True(code == 0, output);
        var (first, last) = Metric(await Show("defended", output), "probe/rules_score");
        Assert.True(last > first - 0.05, $"rules went from {first} to {last}");
    }

    private string[] Command(string name) => ["run", Repository.Path("recipes/reward-hacking.yaml"), "--home", Path.Combine(folder, name)];

    private async Task<JsonElement> Show(string name, string output)
    {
        var home = Path.Combine(folder, name);
        var id = Regex.Match(output, "run (?<id>[0-9a-f]{8})", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking).Groups["id"].Value;
        using var json = JsonDocument.Parse((await RlaifProcess.Run(Cancel, "show", id, "--json", "--home", home)).Output);
        return json.RootElement.Clone();
    }

    private static (double First, double Last) Metric(JsonElement run, string name)
    {
        var metric = run.GetProperty("metrics").EnumerateArray().First(one => one.GetProperty("name").GetString() == name);
        return (metric.GetProperty("first").GetDouble(), metric.GetProperty("last").GetDouble());
    }
}
