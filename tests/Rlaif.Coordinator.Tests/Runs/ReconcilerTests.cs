using Rlaif.Contracts;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Coordinator.Tests.Runs;

public class ReconcilerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_of_two_rounds_reaches_its_end_with_the_last_policy_that_was_promoted()
    {
        await using var run = await TestRun.Create();
        await run.RunToItsEnd(new());
        var stages = await new WorkTables(run.Database).Stages(run.Id, Cancel);
        Assert.Equal(22, stages.Count);
        Assert.All(stages, stage => Assert.Equal((stage.Total, true), (stage.Done, stage.EndedAt is not null)));
        var evaluations = await new EvaluationTables(run.Database).Of(run.Id, Cancel);
        Assert.Equal([true, false], evaluations.Select(evaluation => evaluation.Promoted));
        Assert.Equal(evaluations[0].Candidate, (await run.Runs.Find(run.Id, Cancel))!.FinalPolicy);
    }

    [Fact]
    public async Task Every_training_starts_where_the_last_one_of_its_kind_ended_and_each_round_from_what_was_promoted()
    {
        await using var run = await TestRun.Create();
        await run.RunToItsEnd(new());
        var rows = await new TrainingTables(run.Database).Checkpoints(run.Id, Cancel);
        // In round 2 no revision is better than its draft, so there is no SFT.
        Assert.Equal(["reward-model", "policy", "policy", "reward-model", "policy"], rows.Select(row => row.Kind));
        string[] starts = [TestRun.StartPolicy, TestRun.StartPolicy, rows[1].Artifact, rows[0].Artifact, rows[2].Artifact];
        Assert.Equal(starts, rows.Select(row => row.StartArtifact));
        await Assert.AllAsync(rows, async row => Assert.True(await new ArtifactStore(run.Home.Artifacts).Holds(row.DataArtifact, Cancel)));
    }

    [Fact]
    public async Task The_second_round_is_compared_with_the_starting_policy_and_with_the_incumbent()
    {
        await using var run = await TestRun.Create();
        await run.RunToItsEnd(new());
        // 3 prompts, 2 samples of each policy, all 4 meetings.
        Assert.Equal(12, (await run.Pairs.Of(run.Id, 1, "Evaluation", Cancel)).Count);
        var pairs = await run.Pairs.Of(run.Id, 2, "Evaluation", Cancel);
        var responses = new ResponseTables(run.Database);
        foreach (var other in new[] { 0, 1 })
        {
            var ids = (await responses.Of(run.Id, "Evaluation", other, Cancel)).Select(row => row.Id).ToHashSet();
            Assert.Equal(12, pairs.Count(pair => ids.Contains(pair.SecondId)));
        }
    }

    [Fact]
    public async Task A_command_that_nobody_answers_is_sent_again_when_it_counts_as_lost_and_not_before()
    {
        await using var run = await TestRun.Create();
        var swallowed = 0;
        var place = new Workplace { Answers = message => message is not GenerateResponses || Interlocked.Exchange(ref swallowed, 1) == 1 };
        await using var site = await run.Start(place);
        var work = new WorkTables(run.Database);
        await Eventually.True(
            async () => await work.Stages(run.Id, Cancel) is [{ } start] && start.Done == start.Total - 1, "all but one command of the first stage has its outcome");
        var lost = ((GenerateResponses)place.Asked.First()).Id;
        run.Time.Advance(TimeSpan.FromMinutes(29));
        site.Wake();
        await Eventually.True(() => place.Asked.Count == 3, "the stage's three commands were asked");
        Assert.Equal(1, Times(place, lost));
        run.Time.Advance(TimeSpan.FromMinutes(1));
        site.Wake();
        await run.Ended();
        Assert.Equal(2, Times(place, lost));
    }

    [Fact]
    public async Task A_paused_run_sends_nothing_until_it_is_let_go_on()
    {
        await using var run = await TestRun.Create();
        var other = RlaifId.Of("other run");
        await run.Add(other, TestRecipe.Of());
        await run.Runs.Pause(RlaifId.Of("pause"), run.Id, "The disk is full.", run.Time.GetUtcNow(), Cancel);
        await using var site = await run.Start(new());
        await run.Ended(other);
        Assert.Empty(await new WorkTables(run.Database).Stages(run.Id, Cancel));
        await run.Runs.Pause(RlaifId.Of("resume"), run.Id, "", run.Time.GetUtcNow(), Cancel);
        site.Wake();
        await run.Ended();
    }

    [Fact]
    public async Task Labels_that_all_tie_pause_the_run_with_one_sentence_each_time_it_is_let_go_on()
    {
        await using var run = await TestRun.Create();
        await using var site = await run.Start(new() { Says = _ => Texts.Good });
        await Eventually.True(async () => await Reason(run) is { Length: > 0 }, "the run paused");
        var reason = await Reason(run);
        Assert.StartsWith("Round 1 has nothing to train on: none of 16 pairs was settled (16 Tie).", reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason!);
        await run.Runs.Pause(RlaifId.Of("resume"), run.Id, "", run.Time.GetUtcNow(), Cancel);
        site.Wake();
        await Eventually.True(async () => await Reason(run) == reason, "the run paused again");
    }

    private static async Task<string?> Reason(TestRun run) => (await run.Runs.Find(run.Id, Cancel))!.PauseReason;

    private static int Times(Workplace place, Guid command) => place.Asked.OfType<GenerateResponses>().Count(message => message.Id == command);
}
