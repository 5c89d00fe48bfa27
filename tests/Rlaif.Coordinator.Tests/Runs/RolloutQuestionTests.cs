using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Feedback.Labeling;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>What a training asks the judge while it is at work.</summary>
public class RolloutQuestionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Questions_of_a_training_are_sent_and_their_labels_stored_and_nothing_else_of_the_run_is_about_them()
    {
        var recipe = TestRecipe.Of(TestRecipe.Sft, new() { Grpo = new() { Rewards = new() { Judge = 1 } } });
        await using var calm = await TestRun.Create(recipe);
        await calm.RunToItsEnd(new());

        await using var run = await TestRun.Create(recipe);
        var isTrained = 0;
        var place = new Workplace { Answers = message => message is not OptimizePolicy { Algorithm: "grpo" } || Volatile.Read(ref isTrained) == 1 };
        await using var site = await run.Start(place);
        await Eventually.True(() => place.Asked.OfType<OptimizePolicy>().Any(command => command.Algorithm == "grpo"), "the training is under way");
        var training = place.Asked.OfType<OptimizePolicy>().First(command => command.Algorithm == "grpo");
        var (work, questions) = (new WorkTables(run.Database), await Questions(run, training));
        await work.Add([.. questions.Select((question, i) => new CommandRow
        {
            Id = question.Id, RunId = run.Id, Round = 1, Stage = "grpo-rewards", Ordinal = i, Kind = nameof(LabelPreference), Pool = "judge", Body = Json.Of(question),
        })], Cancel);
        site.Wake();
        var ids = questions.Select(question => question.Id).ToList();
        await Eventually.True(async () => (await run.Pairs.Answers(ids, Cancel)).Count == ids.Count, "all are labeled, or declined");
        Assert.InRange((await run.Pairs.Answers(ids, Cancel)).Count(answer => answer.Declined is not null), 1, ids.Count - 1);
        // Each once, whatever else woke the Coordinator.
        Assert.Equal(ids.Count, place.Asked.OfType<LabelPreference>().Count(question => ids.Contains(question.Id)));
        var stage = (await work.Stages(run.Id, Cancel))[^1];
        Assert.Equal(("grpo", 1, 0), (stage.Name, stage.Total, stage.Done));

        Volatile.Write(ref isTrained, 1);
        run.Time.Advance(TimeSpan.FromMinutes(31));
        site.Wake();
        await run.Ended();
        Assert.Equal(await Facts(calm), await Facts(run));
    }

    private static async Task<IReadOnlyList<LabelPreference>> Questions(TestRun run, OptimizePolicy training)
    {
        var constitution = Constitution.Parse((await run.Runs.Find(run.Id, Cancel))!.Constitution, "brief.yaml");
        return
        [
            .. Enumerable.Range(0, 40).Select(i => LabelQuestion.Of(
                run.Id, RlaifId.Of(training.Id, i), LabelQuestion.Judge, new("p", [new("user", "Hi?")]), new("one", true), new("two", true),
                [constitution.Principles[0].Text], constitution, run.Time.GetUtcNow())),
        ];
    }

    private static async Task<string> Facts(TestRun run)
    {
        var counts = new CountTables(run.Database);
        return Json.Of(new
        {
            Labels = await counts.Labels(run.Id, Cancel), Votes = await counts.Votes(run.Id, Cancel), Pairs = await counts.Pairs(run.Id, Cancel),
            Drops = await counts.Drops(run.Id, Cancel), Settled = await run.Pairs.Settled(run.Id, 1, "Preference", Cancel),
            Stages = (await new WorkTables(run.Database).Stages(run.Id, Cancel)).Select(stage => (stage.Name, stage.Total, stage.Done).ToString()),
        });
    }
}
