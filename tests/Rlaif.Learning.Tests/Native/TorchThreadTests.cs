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
}
