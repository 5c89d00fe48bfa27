namespace Rlaif.Storage.Tests;

public class StageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stage_counts_its_outcomes_and_ends_with_a_note()
    {
        await using var home = await TemporaryDatabase.Create();
        var work = new WorkTables(home.Database);
        await work.Plan(Rows.NewStage(2), AsyncEnumerable.ToAsyncEnumerable<CommandRow>([Rows.Command(0), Rows.Command(1)]), Cancel);
        await new PairTables(home.Database).Insert(Rows.Label(1, 0.5), null, Rows.At, Cancel);
        var under = Assert.Single(await work.Stages(Rows.Run, Cancel));
        Assert.Equal((2, 1, null), (under.Total, under.Done, under.EndedAt));
        Assert.Equal((null, "{}"), (await work.Outcome(Rows.Command(0).Id, Cancel), await work.Outcome(Rows.Command(1).Id, Cancel)));
        await work.EndStage(Rows.Run, 1, Rows.Stage, "half", Rows.At, Cancel);
        var ended = Assert.Single(await work.Stages(Rows.Run, Cancel));
        Assert.Equal((2, "half", Rows.At), (ended.Done, ended.Note, ended.EndedAt));
    }

    [Fact]
    public async Task An_outcome_without_a_command_is_none()
    {
        await using var home = await TemporaryDatabase.Create();
        await new PairTables(home.Database).Insert(Rows.Label(0, 0.5), null, Rows.At, Cancel);
        Assert.Null(await new WorkTables(home.Database).Outcome(Rows.Command(0).Id, Cancel));
    }

    [Fact]
    public async Task What_is_open_of_a_pool_in_a_stage_is_told_and_when_it_last_answered_in_the_run()
    {
        await using var home = await TemporaryDatabase.Create();
        var (work, pairs) = (new WorkTables(home.Database), new PairTables(home.Database));
        CommandRow[] commands = [.. Enumerable.Range(0, 4).Select(i => Rows.Command(i)), Rows.Command(4) with { Pool = "judge" }];
        await work.Plan(Rows.NewStage(5), AsyncEnumerable.ToAsyncEnumerable(commands), Cancel);
        Assert.Null(await pairs.LastLabel(Rows.Run, "rules", Cancel));
        await pairs.Insert(Rows.Label(0, 0.5), null, Rows.At, Cancel);
        await pairs.Insert(Rows.Label(1, 0.5) with { Labeler = PairTables.Nobody, Votes = [] }, "late", Rows.At.AddDays(1), Cancel);
        Assert.Equal(Rows.At, await pairs.LastLabel(Rows.Run, "rules", Cancel));
        Assert.Null(await pairs.LastLabel(Rows.Run, "judge", Cancel));
        Assert.Null(await pairs.LastLabel(Rows.Id("other run"), "rules", Cancel));
        Assert.Equal([2, 3], (await work.Open(Rows.NewStage(5), "rules", 9, Cancel)).Select(row => row.Ordinal));
        Assert.Equal([2], (await work.Open(Rows.NewStage(5), "rules", 1, Cancel)).Select(row => row.Ordinal));
        Assert.Equal([4], (await work.Open(Rows.NewStage(5), "judge", 9, Cancel)).Select(row => row.Ordinal));
    }

    [Fact]
    public async Task Checkpoints_come_in_the_order_of_their_stages_whatever_the_clocks_of_their_trainers_said()
    {
        await using var home = await TemporaryDatabase.Create();
        var (work, trainings) = (new WorkTables(home.Database), new TrainingTables(home.Database));
        string[] stages = ["reward-model", "sft", "dpo"];
        foreach (var (ordinal, stage) in stages.Index())
        {
            var command = Rows.Command(0, stage);
            await work.Plan(Rows.NewStage(1, stage, ordinal), AsyncEnumerable.ToAsyncEnumerable<CommandRow>([command]), Cancel);
            await trainings.Enqueue(new() { Id = command.Id, RunId = Rows.Run, Kind = stage, Body = "{}" }, Rows.At, Cancel);
            var job = await trainings.Claim([stage], "me", Rows.At, TimeSpan.FromMinutes(1), Cancel);
            var checkpoint = Rows.Checkpoint(0, stage) with { CommandId = command.Id, PublishedAt = Rows.At.AddSeconds(-ordinal) };
            Assert.True(await trainings.Publish(job!, checkpoint, [], "{}", Rows.At, Cancel));
        }

        Assert.Equal(stages, (await trainings.Checkpoints(Rows.Run, Cancel)).Select(checkpoint => checkpoint.Artifact));
    }
}
