using System.Text.Json;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

// One collection: every test starts the whole product with two tensor threads, and two at once would fight for the cores.
[Collection("product")]
public class RunTests
{
    [Fact, Trait("Speed", "slow")]
    public async Task Two_homes_end_in_the_same_bytes_and_everything_can_be_looked_at()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var run = new ShortRun();
        var (first, second) = (await run.Finish("one", cancel), await run.Finish("two", cancel));
        Assert.Equal(ShortRun.Bytes(first), ShortRun.Bytes(second));
        Assert.All(
            ["runId", "seed", "checkpoint", "winRate", "perPrinciple", "kl", "rewardModel", "judge", "probes", "promoted", "reasons", "seconds", "peakMemoryBytes"],
            key => Assert.True(first.TryGetProperty(key, out _), key));

        var policy = first.GetProperty("checkpoint").GetProperty("path").GetString()!;
        Assert.Equal(ShortRun.Bytes(first), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(policy, "model.safetensors"), cancel))));
        var (code, answer) = await RlaifProcess.Run(cancel, "generate", "--model", policy, "--prompt", "What is the capital of France?", "--max-tokens", "24", "--temperature", "0");
        Assert.True(code == 0 && answer.Trim().Length > 0, answer);

        var id = first.GetProperty("runId").GetString()![..8];
        var home = run.Home("one");
        Assert.Contains(id, (await RlaifProcess.Run(cancel, "runs", "--home", home)).Output, StringComparison.Ordinal);
        using var shown = JsonDocument.Parse((await RlaifProcess.Run(cancel, "show", id, "--json", "--home", home)).Output);
        var made = shown.RootElement.GetProperty("checkpoints").EnumerateArray().Last().GetProperty("artifact").GetString()!;
        var explained = await RlaifProcess.Run(cancel, "explain", made[..12], "--home", home);
        Assert.True(explained.ExitCode == 0 && explained.Output.Contains("rules", StringComparison.Ordinal), explained.Output);
    }

    [Fact, Trait("Speed", "slow")]
    public async Task A_policy_that_did_not_change_wins_half()
    {
        using var run = new ShortRun();
        var summary = await run.Finish(
            "same", TestContext.Current.CancellationToken, "--set", "rounds=1", "--set", "evaluation.prompts=8",
            "--set", "optimize.0.sft.learningRate=1e-9", "--set", "optimize.1.dpo.learningRate=1e-9");
        var rate = summary.GetProperty("winRate");
        Assert.InRange(0.5, rate.GetProperty("low").GetDouble(), rate.GetProperty("high").GetDouble());
        Assert.False(summary.GetProperty("promoted").GetBoolean());
    }

    [Fact, Trait("Speed", "slow")]
    public async Task A_judge_that_shadows_is_stored_and_reported_and_settles_nothing()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var run = new ShortRun();
        var shadowed = await run.Finish("shadowed", cancel, "--set", "rounds=1", "--set", "labelers.judge=shadow", "--set", "judge.share=0.1");
        Assert.StartsWith("rules", shadowed.GetProperty("winRate").GetProperty("labeler").GetString(), StringComparison.Ordinal);
        Assert.True(shadowed.GetProperty("judge").GetProperty("calls").GetInt32() > 0);
        var home = run.Home("shadowed");
        using var shown = JsonDocument.Parse((await RlaifProcess.Run(cancel, "show", shadowed.GetProperty("runId").GetString()![..8], "--json", "--home", home)).Output);
        var labelers = shown.RootElement.GetProperty("labelers").EnumerateArray().Select(one => one.GetProperty("labeler").GetString()!).Distinct().ToList();
        Assert.Contains("rules", labelers);
        Assert.Contains(labelers, labeler => labeler.StartsWith("judge/", StringComparison.Ordinal));
        // No pair is dropped for what the judge could not do: only the rules' votes settle.
        var reasons = shown.RootElement.GetProperty("dropped").EnumerateArray().Select(drop => drop.GetProperty("reason").GetString());
        Assert.DoesNotContain(reasons, reason => reason is "FailuresOnly" or "PositionDecided");
    }

    [Fact, Trait("Speed", "slow")]
    public async Task An_unreachable_judge_starts_nothing()
    {
        using var run = new ShortRun();
        var (code, output) = await RlaifProcess.Run(
            TestContext.Current.CancellationToken,
            run.Command("none", "--set", "labelers.judge=shadow", "--set", "judge.endpoint=http://127.0.0.1:9/v1", "--set", "judge.model=nobody"));
        Assert.Equal(2, code);
        Assert.Contains("127.0.0.1:9", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Home("none")));
    }

    [Fact, Trait("Speed", "slow")]
    public async Task A_home_that_cannot_be_written_is_one_sentence_and_loses_nothing()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var run = new ShortRun();
        var calm = await run.Finish("calm", cancel, "--set", "rounds=1");
        // A file where the folder of unfinished trainings belongs fails every write there, as a full disk does.
        Directory.CreateDirectory(run.Home("full"));
        await File.WriteAllTextAsync(Path.Combine(run.Home("full"), "work"), "", cancel);
        var (code, output) = await RlaifProcess.Run(cancel, run.Command("full", "--set", "rounds=1"));
        Assert.True(code == 2 && output.Trim().Split('\n').Length < 40, output);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        File.Delete(Path.Combine(run.Home("full"), "work"));
        Assert.Equal(ShortRun.Bytes(calm), ShortRun.Bytes(await run.Finish("full", cancel, "--set", "rounds=1")));
    }
}
