using System.Data.Common;
using Dapper;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.EndToEnd.Tests;

/// <summary>The quickstart's world, with rewards of a judge in the place of a reward model's.</summary>
[Collection("product")]
public sealed class JudgeRewardTests : IDisposable
{
    private const string Grpo = "{grpo: {samples: 3, batch: 4, maxNewTokens: 12, learningRate: 1e-3, warmupSteps: 0, checkpointSteps: 1, rewards: {judge: 1}}}";

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-judged").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory, Trait("Speed", "slow")]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_judge_rewards_what_is_sampled_and_a_run_that_is_killed_between_two_of_its_labels_asks_no_pair_again_and_ends_in_the_same_bytes(int staleness)
    {
        await using var judge = await ScriptedJudge.Start();
        string[] settings = ["--set", $"judge.endpoint={judge.Address}", "--set", "judge.parallel=1", "--set", $"optimize.0.grpo.maxStaleness={staleness}"];
        await Finish("calm", settings);
        var (calm, asked) = (await Bytes("calm"), judge.Answered.ToList());
        // Two questions for each pair, as many pairs as responses at most: 14 prompts of 3.
        Assert.InRange(asked.Count, 60, 2 * 14 * 3);
        Assert.Equal(asked.Count, asked.Distinct(StringComparer.Ordinal).Count());
        var metrics = await Metrics("calm");
        // Of two that are compared one gets what the other lacks. Where one of a prompt's three pairs does not count, the response between the other two has the mean of both, and the
        // prompt's mean is off by a sixth of their difference. Which principles are drawn, and with what weight, follows from the run, and so from the port of its judge.
        Assert.All(metrics["reward/judge_mean"], mean => Assert.Equal(0.5, mean, 1 / 6.0));
        Assert.Equal(0.5, metrics["reward/judge_mean"].Average(), 0.06);
        Assert.Contains(metrics["reward/judge_deviation"], deviation => deviation > 0.02);
        Assert.All(metrics["reward/judge_unscored"], share => Assert.InRange(share, 1 / 12.0 - 1e-9, 0.999));

        // The second batch of four is half judged when the process dies.
        const int Pairs = 18;
        judge.Anew(answers: 2 * Pairs);
        using (var process = RlaifProcess.Start(Command("hurt", settings)))
        {
            await Eventually.True(async () => await Labels("hurt") == Pairs, () => process.Output, glance: TimeSpan.FromMilliseconds(50));
            Assert.True(await process.KillAfter(TimeSpan.Zero, Cancel));
        }

        var before = judge.Answered.ToHashSet(StringComparer.Ordinal);
        Assert.Equal(2 * Pairs, before.Count);
        judge.Anew(regretted: before);
        await Finish("hurt", settings);
        Assert.DoesNotContain(judge.Answered, before.Contains);
        Assert.Equal(asked.Count, before.Count + judge.Answered.Count);
        Assert.Equal(calm, await Bytes("hurt"));
    }

    // The tiny policy lists neither Yes nor No among its likely tokens, and it has to be sampled to be seen: by the thread that waits for it.
    [Fact, Trait("Speed", "slow")]
    public async Task A_judge_that_this_process_serves_answers_the_training_that_waits_and_one_that_only_fails_pauses_the_run_and_is_asked_again()
    {
        var command = Command("own", ["--set", "constitution=" + Repository.Path("constitutions/brief.yaml"), "--set", "judge.form=pointwise"]);
        for (var time = 1; time <= 2; time++)
        {
            var (code, output) = await RlaifProcess.Run(Cancel, command);
            Assert.Contains("waits: The judge failed on every response of a batch that grpo of round 1 sampled (NoLogProbs", output, StringComparison.Ordinal);
            Assert.Equal(2, code);
            var attempts = await Read("own", connection => connection.QueryAsync<int>("select count(*) from label where pool = 'judge' group by pair_id"));
            Assert.InRange(attempts.Count(), 1, 12);
            Assert.All(attempts, count => Assert.Equal(time, count));
        }
    }

    private string[] Command(string name, string[] settings) =>
    [
        "run", Repository.Path("recipes/quickstart.yaml"), "--home", Home(name), "--set", "rounds=1", "--set", "prompts.perRound=1",
        "--set", "evaluation.prompts=1", "--set", "evaluation.demoPrompts=0", "--set", "sampling.samples=2", "--set", "sampling.maxNewTokens=8",
        "--set", "revision.enabled=false", "--set", "threads=1", "--set", "precision=float32", "--set", "evaluation.samples=1", "--set", "rewardModel.maxPairs=4", "--set", "rewardModel.epochs=1", "--set", $"optimize=[{Grpo}]", .. settings,
    ];

    private async Task Finish(string name, string[] settings)
    {
        var (code, output) = await RlaifProcess.Run(Cancel, Command(name, settings));
        Assert.True(code == 0, output);
    }

    private string Home(string name) => Path.Combine(folder, name);

    /// <summary>Of the trained policy, promoted or not.</summary>
    private Task<string> Bytes(string name) => Read(name, connection => connection.QuerySingleAsync<string>("select weights_sha256 from checkpoint where kind = 'policy'"));

    private Task<ILookup<string, double>> Metrics(string name) => Read(name, async connection =>
        (await connection.QueryAsync<(string Name, double Value)>("select name, value from metric")).ToLookup(one => one.Name, one => one.Value, StringComparer.Ordinal));

    private async Task<int> Labels(string name)
    {
        try
        {
            return File.Exists(Path.Combine(Home(name), "rlaif.db"))
                ? await Read(name, connection => connection.ExecuteScalarAsync<int>("select count(*) from label where pool = 'judge'")) : 0;
        }
        catch (DbException)
        {
            return 0;       // its tables are being made
        }
    }

    private async Task<T> Read<T>(string name, Func<DbConnection, Task<T>> read)
    {
        await using var database = Database.Sqlite(Path.Combine(Home(name), "rlaif.db"));
        await using var connection = await database.Open(Cancel);
        return await read(connection);
    }
}
