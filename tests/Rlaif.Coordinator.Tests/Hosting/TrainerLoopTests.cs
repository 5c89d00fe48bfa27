using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Coordinator.Tests.Hosting;

public class TrainerLoopTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_training_is_announced_after_its_outcome_is_stored()
    {
        var script = new Script { Train = (_, progress, _) => Steps(progress, 3) };
        await using var home = await TrainerHome.Start(script);
        Assert.Equal("{}", await script.Announced.Task.WaitAsync(Cancel));
        Assert.Equal("of epoch 1", Assert.Single(await home.Trainings.Checkpoints(TrainerHome.Run, Cancel)).Artifact);
    }

    [Fact]
    public async Task A_heartbeat_keeps_the_lease_and_tells_the_step()
    {
        var script = new Script
        {
            Train = async (_, progress, cancel) =>
            {
                progress(7, 9);
                await Task.Delay(Timeout.Infinite, cancel);
            },
        };
        await using var home = await TrainerHome.Start(script);
        await Beats(home, async () => await home.Trainings.Progress(TrainerHome.Run, Cancel) == (7, 9));
        // The lease is one minute: without heartbeats it would have been over for long.
        var end = home.Time.GetUtcNow() + TimeSpan.FromMinutes(3);
        await Beats(home, async () => await home.LeaseUntil() >= end);
        Assert.Null(await home.Claim(end - home.Time.GetUtcNow()));
    }

    [Fact]
    public async Task Who_lost_the_lease_stops_working_and_publishes_nothing()
    {
        var script = new Script { Train = (_, _, cancel) => Task.Delay(Timeout.Infinite, cancel) };
        await using var home = await TrainerHome.Start(script);
        await script.Started.Task.WaitAsync(Cancel);
        var taken = await home.Claim(TimeSpan.FromMinutes(2));
        Assert.Equal(2, taken!.Epoch);
        await Beats(home, () => Task.FromResult(script.Cancelled.Task.IsCompleted));
        await home.Stop();
        Assert.Empty(home.Staged());
        Assert.Empty(await home.Trainings.Checkpoints(TrainerHome.Run, Cancel));
        Assert.True(await home.Trainings.Heartbeat(taken, 1, 2, home.Time.GetUtcNow(), Cancel));     // still theirs: it was not let go
        Assert.Null(await home.PauseReason());
    }

    [Fact]
    public async Task Who_lost_the_lease_and_does_not_notice_publishes_nothing_either()
    {
        var finish = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var script = new Script { Train = (_, _, _) => finish.Task };
        await using var home = await TrainerHome.Start(script);
        await script.Started.Task.WaitAsync(Cancel);
        var taken = await home.Claim(TimeSpan.FromMinutes(2));
        finish.SetResult();
        await home.Stop();
        Assert.Empty(home.Staged());
        Assert.Empty(await home.Trainings.Checkpoints(TrainerHome.Run, Cancel));
        Assert.False(script.Announced.Task.IsCompleted);
        Assert.True(await home.Trainings.Heartbeat(taken!, 1, 2, home.Time.GetUtcNow(), Cancel));
    }

    [Fact]
    public async Task A_failure_pauses_the_run_with_its_reason_and_lets_the_job_go_for_a_minute_later()
    {
        var script = new Script { Train = (_, _, _) => throw new InputException("The data has no pairs.") };
        await using var home = await TrainerHome.Start(script);
        await Eventually.True(async () => await home.PauseReason() == "The data has no pairs.", "the run paused");
        await Eventually.True(() => Task.FromResult(!home.Staged().Any()), "nothing is left of it");
        Assert.Null(await home.Claim(TimeSpan.FromMinutes(2)));         // nobody works for a run that waits
        await home.Resume();
        Assert.Null(await home.Claim(TimeSpan.FromMinutes(1)));
        Assert.NotNull(await home.Claim(TimeSpan.FromMinutes(1) + TimeSpan.FromMicroseconds(1)));
        Assert.False(script.Announced.Task.IsCompleted);
    }

    [Fact]
    public async Task An_alarm_pauses_the_run_with_its_reason_and_keeps_the_figures_and_a_resumed_run_knows_of_it()
    {
        var known = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource<TrainerHome>(TaskCreationOptions.RunContinuationsAsynchronously);
        MetricRow seen = new() { CommandId = TrainerHome.Job, RunId = TrainerHome.Run, Round = 1, Stage = "grpo", Step = 8, Name = "alarm/words", Value = 2 };
        var script = new Script
        {
            Train = async (_, _, cancel) =>
            {
                if ((await (await begun.Task).Trainings.Metrics(TrainerHome.Run, cancel)).Count is var facts and > 0)
                {
                    known.SetResult(facts);
                    return;
                }

                throw new AlarmException("The words left their band.", 8, [seen]);
            },
        };
        await using var home = await TrainerHome.Start(script);
        begun.SetResult(home);
        await Eventually.True(async () => await home.PauseReason() == "The words left their band.", "the run paused");
        await Eventually.True(() => Task.FromResult(home.Pauses.Told.Select(pause => pause.Reason).SequenceEqual(["The words left their band."])), "everybody was told");
        Assert.Equal(seen, Assert.Single(await home.Trainings.Metrics(TrainerHome.Run, Cancel)));
        Assert.Empty(await home.Trainings.Checkpoints(TrainerHome.Run, Cancel));
        await Eventually.True(() => Task.FromResult(!home.Staged().Any()), "nothing is left of it");
        await home.Resume();
        await Beats(home, () => Task.FromResult(known.Task.IsCompleted));       // at once, and not a minute later as after a failure
        Assert.Equal(1, await known.Task);
        Assert.InRange(home.Time.GetUtcNow() - TrainerHome.Began, TimeSpan.Zero, TimeSpan.FromSeconds(50));
    }

    [Fact]
    public async Task An_alarm_of_whoever_lost_the_lease_pauses_nothing()
    {
        var finish = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var script = new Script
        {
            Train = async (_, _, _) =>
            {
                await finish.Task;
                throw new AlarmException("The words left their band.", 8, []);
            },
        };
        await using var home = await TrainerHome.Start(script);
        await script.Started.Task.WaitAsync(Cancel);
        Assert.NotNull(await home.Claim(TimeSpan.FromMinutes(2)));
        finish.SetResult();
        await home.Stop();
        Assert.Null(await home.PauseReason());
        Assert.Empty(home.Pauses.Told);
    }

    [Fact]
    public async Task A_process_that_stops_lets_its_job_go_at_once_and_pauses_nothing()
    {
        var script = new Script { Train = (_, _, cancel) => Task.Delay(Timeout.Infinite, cancel) };
        await using var home = await TrainerHome.Start(script);
        await script.Started.Task.WaitAsync(Cancel);
        await home.Stop();
        Assert.True(script.Cancelled.Task.IsCompleted);
        Assert.Empty(home.Staged());
        Assert.Equal(2, (await home.Claim(TimeSpan.FromMicroseconds(1)))!.Epoch);
        Assert.Null(await home.PauseReason());
    }

    [Fact]
    public async Task A_training_that_is_stopped_is_stopped_at_its_next_step()
    {
        var stepped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var script = new Script
        {
            Train = async (_, progress, _) =>
            {
                for (var step = 1; ; step++)
                {
                    progress(step, int.MaxValue);       // a trainer that looks at nothing else
                    stepped.TrySetResult();
                    await Task.Yield();
                }
            },
        };
        await using var home = await TrainerHome.Start(script);
        await stepped.Task.WaitAsync(Cancel);
        await home.Stop();
        Assert.True(script.Cancelled.Task.IsCompleted);
    }

    private static Task Steps(Action<int, int> progress, int steps)
    {
        for (var step = 1; step <= steps; step++)
        {
            progress(step, steps);
        }

        return Task.CompletedTask;
    }

    /// <summary>Moves the clock by one heartbeat again and again until the fact is there.</summary>
    private static Task Beats(TrainerHome home, Func<Task<bool>> fact) => Eventually.True(
        async () =>
        {
            home.Time.Advance(Beat);
            return await fact();
        },
        "the fact that the heartbeats bring");
}
