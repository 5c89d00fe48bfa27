using Microsoft.Extensions.Time.Testing;
using Rlaif.Hosting;

namespace Rlaif.Coordinator.Tests.Hosting;

public class SignalTests
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider time = new();
    private readonly Signal signal = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_waits_is_woken_at_once()
    {
        var waiting = signal.Wait(AtMost, time, Cancel);
        Assert.False(waiting.IsCompleted);
        signal.Raise();
        await waiting;
    }

    [Fact]
    public async Task A_call_that_came_before_is_not_missed_and_many_are_one()
    {
        signal.Raise();
        signal.Raise();
        signal.Raise();
        await signal.Wait(AtMost, time, Cancel);
        Assert.False(signal.Wait(AtMost, time, Cancel).IsCompleted);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_was_said()
    {
        var waiting = signal.Wait(AtMost, time, Cancel);
        time.Advance(AtMost - TimeSpan.FromTicks(10_000));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromTicks(10_000));
        await waiting;
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_says_so()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = signal.Wait(AtMost, time, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Every_trainer_of_a_process_is_woken_by_one_job()
    {
        var signals = new JobSignal();
        Signal[] trainers = [signals.Listen(), signals.Listen()];
        signals.Raise();
        await Task.WhenAll(trainers.Select(trainer => trainer.Wait(AtMost, time, Cancel)));
    }
}
