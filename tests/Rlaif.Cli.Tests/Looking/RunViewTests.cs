using System.Text.Json;
using Rlaif.Cli.Looking;
using Rlaif.Coordinator.Looking;
using Rlaif.Contracts;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Tests.Looking;

public class RunViewTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_are_listed_with_their_state_and_win_rate()
    {
        await using var world = await SmallRun.Create();
        var shown = await Runs(world);
        Assert.Matches($@"{RlaifId.Short(SmallRun.Run)} .* small .* 7 .* 2026-11-25 18:00:00 .* done .* 0\.700 \[0\.650, 0\.750\]", shown);
    }

    [Fact]
    public async Task A_run_that_waits_says_why_and_one_that_goes_on_says_where()
    {
        await using var world = await SmallRun.Create();
        var runs = new RunTables(world.Database);
        var (going, waiting) = (RlaifId.Of("going"), RlaifId.Of("waiting"));
        foreach (var id in new[] { going, waiting })
        {
            await runs.Create(new() { Id = id, Name = "other", Recipe = "{}", CreatedAt = SmallRun.At }, AsyncEnumerable.Empty<PromptRow>(), Cancel);
            await new WorkTables(world.Database).Plan(
                new() { RunId = id, Round = 2, Ordinal = 0, Name = "labels", PlannedAt = SmallRun.At },
                Enumerable.Range(0, 9).Select(i => new CommandRow { Id = RlaifId.Of(id, i), RunId = id, Round = 2, Stage = "labels" }).ToAsyncEnumerable(), Cancel);
        }

        await runs.Pause(RlaifId.Of("pause"), waiting, $"The judge at {SmallRun.Escape} cannot be reached.", SmallRun.At, Cancel);
        var shown = await Runs(world);
        Assert.Contains("round 2: labels 0/9", shown, StringComparison.Ordinal);
        Assert.Contains("paused: The judge at [2J[red]x[/] cannot be reached.", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_home_without_runs_says_how_to_start_one()
    {
        await using var world = await SmallRun.CreateEmpty();
        Assert.Contains("No runs yet; start one with rlaif run", await Runs(world), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_found_by_the_beginning_of_its_id()
    {
        await using var world = await SmallRun.Create();
        var runs = new RunTables(world.Database);
        Assert.Equal(SmallRun.Run, (await RunFinder.Find(runs, RlaifId.Short(SmallRun.Run), Cancel)).Id);
        Assert.Equal(SmallRun.Run, (await RunFinder.Find(runs, SmallRun.Run.ToString().ToUpperInvariant(), Cancel)).Id);
        var told = await Assert.ThrowsAnyAsync<InputException>(() => RunFinder.Find(runs, "nosuch\u001b", Cancel));
        Assert.Equal("There is no run nosuch; rlaif runs lists them.", TerminalText.Clean(told.Message));
        await Assert.ThrowsAnyAsync<InputException>(() => RunFinder.Find(runs, "", Cancel));
    }

    [Fact]
    public async Task A_run_is_shown_with_stages_metrics_pairs_judgements_checkpoints_and_evaluation()
    {
        await using var world = await SmallRun.Create();
        var report = await Report(world);
        var shown = ReadConsole.Of(console => RunView.Write(console, report));
        foreach (var line in new[]
        {
            @"small · run \w{8} · seed 7 · started 2026-11-25 18:00:00 UTC · done",
            @"1 .* responses .* 1 .* 1 .* 1\.5",
            @"1 .* labels .* 8 .* 8 .* 0\.5 .* 25 % ties",
            @"1 .* dpo .* loss .* 3 .* 0\.7 .* 0\.2333",
            @"1 .* preference .* 4 .* 3 .* 2 .* 1 tie",
            @"rules .* preference .* 4 .* 0 .* 4 .* 4 .* 0",
            @"judge/pairwise/m .* preference .* 4 .* 0 .* 3 .* 0 .* 1 noVerdict .* 8",
            @"1 .* policy .* d90000000000 .* abc123000000 .* 5f7000000000",
            @"Evaluation of round 1",
        })
        {
            Assert.Matches(line, shown);
        }
    }

    [Fact]
    public async Task The_JSON_of_a_run_holds_its_recipe_and_every_count()
    {
        await using var world = await SmallRun.Create();
        var json = JsonDocument.Parse(Shown.Json(await Report(world))).RootElement;
        Assert.Equal(1, json.GetProperty("recipe").GetProperty("rounds").GetInt32());
        Assert.Equal(6, json.GetProperty("responses")[0].GetProperty("responses").GetInt32());
        Assert.Equal(2, json.GetProperty("pairs")[0].GetProperty("kept").GetInt32());
        Assert.Equal(1, json.GetProperty("labelers")[0].GetProperty("failures").GetProperty("noVerdict").GetInt32());
        Assert.Equal(0.7, json.GetProperty("evaluations")[0].GetProperty("figures").GetProperty("winRate").GetProperty("mean").GetDouble());
        Assert.Equal(6, json.GetProperty("stages").GetArrayLength());
    }

    private static async Task<RunReport> Report(SmallRun world)
    {
        var database = world.Database;
        var run = await RunFinder.Find(new(database), RlaifId.Short(SmallRun.Run), Cancel);
        return await new RunReports(new(database), new(database), new(database), new(database)).Of(run, Cancel);
    }

    private static Task<string> Runs(SmallRun world) => ReadConsole.Of(async console =>
        RunsView.Write(console, await new RunLines(new(world.Database), new(world.Database), new(world.Database)).All(Cancel)));
}
