using Rlaif.Storage;

namespace Rlaif.Coordinator.Tests.Runs;

public class SettlingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pair_settles_by_the_weights_of_what_its_responses_break_and_ties_are_dropped()
    {
        await using var run = await TestRun.Create();
        await run.RunToItsEnd(new());
        foreach (var round in new[] { 1, 2 })
        {
            var (pairs, settled) = (await run.Pairs.Of(run.Id, round, "Preference", Cancel), await run.Pairs.Settled(run.Id, round, "Preference", Cancel));
            var texts = (await new ResponseTables(run.Database).Of(run.Id, "Preference", round, Cancel)).ToDictionary(row => row.Id, row => Texts.Named(row.Text).Worth);
            Assert.Equal(16, pairs.Count);
            Assert.Equal(pairs.Select(pair => pair.Id), settled.Select(row => row.PairId));
            Assert.All(pairs.Zip(settled), one =>
            {
                var difference = texts[one.First.FirstId] - texts[one.First.SecondId];
                Assert.Equal(1 / (1 + Math.Exp(-difference)), one.Second.Preference!.Value, 12);
                Assert.Equal(difference == 0 ? "Tie" : null, one.Second.Dropped);
            });
        }
    }

    [Fact]
    public async Task Of_one_prompt_at_most_so_many_decided_pairs_are_kept_and_no_others()
    {
        await using var run = await TestRun.Create();
        await run.RunToItsEnd(new());
        var prompts = (await run.Pairs.Of(run.Id, 1, "Preference", Cancel)).ToDictionary(pair => pair.Id, pair => pair.PromptId);
        var byPrompt = (await run.Pairs.Settled(run.Id, 1, "Preference", Cancel)).GroupBy(row => prompts[row.PairId], StringComparer.Ordinal).ToList();
        Assert.Equal(4, byPrompt.Count);
        Assert.All(byPrompt, rows => Assert.Equal(Math.Min(3, rows.Count(row => row.Dropped is null)), rows.Count(row => row.Kept)));
        Assert.All(byPrompt.SelectMany(rows => rows).Where(row => row.Kept), row => Assert.Null(row.Dropped));
        Assert.Contains(byPrompt, rows => rows.Count(row => row.Dropped is null) > 3);
    }

    [Fact]
    public async Task A_shadow_labels_its_share_and_the_human_pairs_and_changes_no_preference()
    {
        await using var shadowed = await TestRun.Create();
        await shadowed.RunToItsEnd(new());
        await using var alone = await TestRun.Create(TestRecipe.Of() with { Labelers = new Dictionary<string, string>(StringComparer.Ordinal) { ["rules"] = "settle" } });
        await alone.RunToItsEnd(new());
        foreach (var round in new[] { 1, 2 })
        {
            Assert.Equal(
                await alone.Pairs.Settled(alone.Id, round, "Preference", Cancel), await shadowed.Pairs.Settled(shadowed.Id, round, "Preference", Cancel));
        }

        var counts = (await new CountTables(shadowed.Database).Labels(shadowed.Id, Cancel)).Where(count => count.Pool == "judge").ToDictionary(count => count.Purpose);
        Assert.InRange(counts["Preference"].Labels, 8, 24);     // half of 32, drawn
        Assert.Equal(2, counts["Calibration"].Labels);
        Assert.Equal(["Calibration", "Preference"], counts.Keys.Order(StringComparer.Ordinal));
        Assert.All(await shadowed.Pairs.Of(shadowed.Id, 0, "Calibration", Cancel), pair => Assert.NotNull(pair.Human));
    }
}
