namespace Rlaif.Storage.Tests;

public class LeaseTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_expired_lease_is_taken_over_and_its_last_holder_is_fenced()
    {
        await using var home = await TemporaryDatabase.Create();
        var trainings = await Jobs(home, 1);
        var old = await Claim(trainings, "one", Rows.At);
        Assert.Null(await Claim(trainings, "two", Rows.At + Lease));
        var now = Rows.At + Lease + TimeSpan.FromMicroseconds(1);
        var taken = await Claim(trainings, "two", now);
        Assert.Equal((1, 2, old!.Id), (old.Epoch, taken!.Epoch, taken.Id));

        Assert.False(await trainings.Heartbeat(old, 5, 10, now + Lease, Cancel));
        Assert.False(await trainings.Publish(old, Rows.Checkpoint(0, "old"), [Rows.Metric(0, 1)], "{}", now, Cancel));
        await trainings.Release(old, now - Lease, Cancel);
        Assert.Null(await Claim(trainings, "three", now));
        Assert.Empty(await trainings.Checkpoints(Rows.Run, Cancel));
        Assert.Empty(await trainings.Metrics(Rows.Run, Cancel));

        Assert.True(await trainings.Heartbeat(taken, 3, 10, now + Lease, Cancel));
        Assert.Equal((3, 10), await trainings.Progress(Rows.Run, Cancel));
        Assert.True(await trainings.Publish(taken, Rows.Checkpoint(0, "new"), [Rows.Metric(0, 1)], "{}", now, Cancel));
        Assert.Equal("new", Assert.Single(await trainings.Checkpoints(Rows.Run, Cancel)).Artifact);
        Assert.Single(await trainings.Metrics(Rows.Run, Cancel));
    }

    [Fact]
    public async Task A_heartbeat_keeps_the_job()
    {
        await using var home = await TemporaryDatabase.Create();
        var trainings = await Jobs(home, 1);
        var held = await Claim(trainings, "one", Rows.At);
        Assert.True(await trainings.Heartbeat(held!, 1, 2, Rows.At + Lease + Lease, Cancel));
        Assert.Null(await Claim(trainings, "two", Rows.At + Lease + Lease));
        Assert.NotNull(await Claim(trainings, "two", Rows.At + Lease + Lease + Lease));
    }

    [Fact]
    public async Task A_job_with_an_outcome_is_claimed_by_nobody()
    {
        await using var home = await TemporaryDatabase.Create();
        var trainings = await Jobs(home, 1);
        var held = await Claim(trainings, "one", Rows.At);
        Assert.True(await trainings.Publish(held!, Rows.Checkpoint(0), [], "{}", Rows.At, Cancel));
        Assert.Null(await Claim(trainings, "two", Rows.At + Lease + Lease));
        Assert.Equal((0, 0), await trainings.Progress(Rows.Run, Cancel));
    }

    [Fact]
    public async Task A_job_that_is_let_go_waits_as_long_as_was_said()
    {
        await using var home = await TemporaryDatabase.Create();
        var trainings = await Jobs(home, 1);
        var held = await Claim(trainings, "one", Rows.At);
        await trainings.Release(held!, Rows.At.AddSeconds(10), Cancel);
        Assert.Null(await Claim(trainings, "two", Rows.At.AddSeconds(10)));
        Assert.NotNull(await Claim(trainings, "two", Rows.At.AddSeconds(11)));
    }

    [Fact]
    public async Task A_process_that_starts_again_takes_back_its_own_leases_and_no_others()
    {
        await using var home = await TemporaryDatabase.Create();
        var trainings = await Jobs(home, 2);
        var mine = await Claim(trainings, "me", Rows.At);
        await Claim(trainings, "other", Rows.At);
        await trainings.ReleaseAll("me", Cancel);
        var again = await Claim(trainings, "me", Rows.At);
        Assert.Equal((mine!.Id, mine.Epoch + 1), (again!.Id, again.Epoch));
        Assert.Null(await Claim(trainings, "me", Rows.At));
    }

    [Fact]
    public async Task The_oldest_job_of_the_kinds_comes_first()
    {
        await using var home = await TemporaryDatabase.Create();
        var trainings = await Jobs(home, 0);
        await trainings.Enqueue(Rows.Job(0, "dpo"), Rows.At.AddSeconds(2), Cancel);
        await trainings.Enqueue(Rows.Job(1, "dpo"), Rows.At.AddSeconds(1), Cancel);
        await trainings.Enqueue(Rows.Job(2, "reward"), Rows.At, Cancel);
        Assert.Equal(Rows.Job(1, "dpo") with { Epoch = 1 }, await trainings.Claim(["dpo"], "me", Rows.At, Lease, Cancel));
        Assert.Equal(Rows.Job(0).Id, (await trainings.Claim(["other", "dpo"], "me", Rows.At, Lease, Cancel))!.Id);
        Assert.Null(await trainings.Claim(["other", "dpo"], "me", Rows.At, Lease, Cancel));
    }

    [Fact]
    public async Task Eight_claimers_of_a_hundred_jobs_get_each_of_them_once()
    {
        await using var home = await TemporaryDatabase.Create();
        var trainings = await Jobs(home, 100);
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(claimer => Task.Run(
            async () =>
            {
                var mine = new List<JobRow>();
                while (await Claim(trainings, $"claimer {claimer}", Rows.At) is { } job)
                {
                    mine.Add(job);
                }

                return mine;
            },
            Cancel)));
        var all = claims.SelectMany(mine => mine).ToList();
        Assert.Equal((100, 100), (all.Count, all.DistinctBy(job => job.Id).Count()));
        Assert.All(all, job => Assert.Equal(1, job.Epoch));
    }

    private static async Task<TrainingTables> Jobs(TemporaryDatabase home, int count)
    {
        var (work, trainings) = (new WorkTables(home.Database), new TrainingTables(home.Database));
        await work.Plan(Rows.NewStage(100), AsyncEnumerable.ToAsyncEnumerable<CommandRow>([.. Enumerable.Range(0, 100).Select(i => Rows.Command(i))]), Cancel);
        for (var i = 0; i < count; i++)
        {
            await trainings.Enqueue(Rows.Job(i), Rows.At.AddSeconds(i), Cancel);
        }

        return trainings;
    }

    private static Task<JobRow?> Claim(TrainingTables trainings, string owner, DateTimeOffset now) =>
        trainings.Claim(["train"], owner, now, Lease, Cancel);
}
