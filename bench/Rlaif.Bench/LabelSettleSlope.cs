using Rlaif.Contracts;
using Rlaif.Coordinator;
using Rlaif.Hosting;
using Rlaif.Judge;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Bench;

/// <summary>A hundred thousand pairs are planned, labeled by their machine checks over the broker, stored and settled. Whatever looked through
/// what is done already would show as time per pair that grows.</summary>
internal static class LabelSettleSlope
{
    private const int Pairs = 100_000, Window = 20_000;

    public static async Task<IReadOnlyList<Figure>> Measure()
    {
        await using var servers = await PrivateServers.Start();
        await using var run = await BenchRun.Create(servers, "label-settle-slope");
        var recipe = BenchRun.Recipe("rounds=1", "revision.enabled=false", "sampling.batchPrompts=64", "sampling.samples=2", $"prompts.perRound={Pairs}", "pairs.labeledPerPrompt=1");
        var id = await run.CreatePaused("label-settle-slope", recipe);
        await run.Execute(
            """
            insert into prompt (run_id, split, round, ordinal, id, body)
            select @id, 'train', 1, i, 'p' || i, '{"id":"p' || i || '","turns":[{"role":"user","text":"What is ' || i || ' and four?"}]}' from generate_series(0, @Pairs - 1) as i
            """,
            new { id, Pairs });
        await using var host = RlaifHost.Build(run.Deployment, [CoordinatorService.Module, JudgeService.Module]);
        await host.StartAsync();
        await new RunTables(run.Database).Pause(RlaifId.Of(id, "resumed"), id, "", TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1), default);
        await Planned("responses");
        await run.Respond(id, "responses", samples: 2);
        await run.Execute("analyze prompt; analyze response; analyze command");
        await Planned("labels");
        var looks = await run.Watch("select count(*) from label where run_id = @id", new { id }, Pairs, TimeSpan.FromMilliseconds(250));
        var settled = await run.Watch("select count(*) from settled where run_id = @id", new { id }, Pairs, TimeSpan.FromMilliseconds(100));
        await host.StopAsync();
        var (early, late) = (PerPair(looks, Window), PerPair(looks, Pairs));
        return
        [
            Figure.Plain("label/pairs_per_second", 1 / late),
            Figure.Plain("settle/pairs_per_second", Pairs / settled[^1].Seconds),
            Figure.AtMost("label/time_per_pair_at_the_end_over_the_beginning", late / early, 1.1),
        ];

        Task Planned(string stage) => run.Watch("select count(*) from stage where run_id = @id and name = @stage", new { id, stage }, 1, TimeSpan.FromMilliseconds(100));
    }

    // The first labels wait for code to be compiled: the window that begins after some thousands.
    private static double PerPair(IReadOnlyList<(double Seconds, long Count)> looks, int end)
    {
        var last = looks.First(look => look.Count >= end);
        var first = looks.First(look => look.Count >= end - (Window * 3 / 4));
        return (last.Seconds - first.Seconds) / (last.Count - first.Count);
    }
}
