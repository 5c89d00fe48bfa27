using Rlaif.Learning.Native;

namespace Rlaif.Learning.Tests.Native;

public class TorchThreadTests
{
    [Fact]
    public async Task Who_waits_for_the_thread_may_give_up_while_it_works_for_another_and_his_work_is_not_done()
    {
        using var release = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var first = TorchThread.Run(() => release.Wait(), CancellationToken.None);
        var wasDone = false;
        var second = TorchThread.Run(() => wasDone = true, stop.Token);
        await stop.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(stop.Token, cancelled.CancellationToken);
        Assert.False(first.IsCompleted);
        release.Set();
        await first;
        await TorchThread.Run(() => Assert.False(wasDone), CancellationToken.None);
    }

    [Fact]
    public async Task Work_that_has_begun_is_waited_for()
    {
        using var begun = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var work = TorchThread.Run(
            () =>
            {
                begun.Set();
                return stop.Token.WaitHandle.WaitOne();
            },
            stop.Token);
        begun.Wait(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        Assert.True(await work);
    }

    [Fact]
    public async Task Brief_work_is_let_in_where_long_work_can_be_interrupted_and_other_work_waits()
    {
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var done = new List<string>();
        var training = TorchThread.Run(
            () =>
            {
                begun.Set();
                goOn.Wait();
                TorchThread.LetIn();
                done.Add("training");
            },
            CancellationToken.None);
        begun.Wait(TestContext.Current.CancellationToken);
        var another = TorchThread.Run(() => done.Add("another"), CancellationToken.None);
        var score = TorchThread.RunBriefly(
            () =>
            {
                done.Add("score");
                return 1;
            },
            CancellationToken.None);
        goOn.Set();
        await Task.WhenAll(training, another, score);
        Assert.Equal(["score", "training", "another"], done);
    }

    [Fact]
    public async Task Brief_work_needs_nobody_who_lets_it_in()
    {
        Assert.Equal(3, await TorchThread.RunBriefly(() => 3, CancellationToken.None));
        await TorchThread.Run(TorchThread.LetIn, CancellationToken.None);
    }
}
