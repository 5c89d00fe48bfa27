using Rlaif.Learning.Native;
using Rlaif.Recipes;
using Rlaif.Learning.Tests.Training;
using TorchSharp;

namespace Rlaif.Learning.Tests.Native;

// Alone: what they set, the work of other tests would compute in while they wait.
[Collection(nameof(Alone))]
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

    // The judge of a training may be a model of the same process: without somebody who stands in each would wait for the other.
    [Fact]
    public async Task Work_that_waits_for_other_work_on_the_thread_gets_its_answer_and_what_comes_after_it_waits()
    {
        var done = new List<string>();
        var training = TorchThread.Run(
            () =>
            {
                done.Add("asked");
                done.Add(TorchThread.WaitFor(async () => await TorchThread.Run(() => TorchThread.IsCurrent ? "answered" : "elsewhere", CancellationToken.None)));
                return TorchThread.IsCurrent;
            },
            CancellationToken.None);
        var other = TorchThread.Run(() => done.Add("another"), CancellationToken.None);
        Assert.True(await training.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        await other;
        Assert.Equal(["another", "answered", "asked"], done.Order(StringComparer.Ordinal));
        Assert.Equal("asked", done[0]);
    }

    [Fact]
    public async Task What_others_keep_and_set_meanwhile_is_theirs() => await TorchThread.Run(
        () =>
        {
            TorchRuntime.Use(new(1, Precision.Float32));
            try
            {
                torch.Tensor kept;
                using (torch.NewDisposeScope())
                using (torch.no_grad())
                {
                    kept = TorchThread.WaitFor(() => TorchThread.Run(
                        () =>
                        {
                            TorchRuntime.Use(new(2, Precision.BFloat16));
                            return torch.is_grad_enabled() ? torch.ones(2) : throw new InvalidOperationException("It has the gradient mode of whoever waits.");
                        },
                        CancellationToken.None));
                    Assert.False(torch.is_grad_enabled());
                }

                using (kept)
                {
                    Assert.Equal(2, kept.sum().item<float>());
                }

                Assert.Equal(new Numerics(1, Precision.Float32), TorchRuntime.Current);
            }
            finally
            {
                TorchRuntime.Use(TestDevice.Numerics);      // or what comes next would compute on the CPU where a card is asked for
            }
        },
        CancellationToken.None);

    [Fact]
    public async Task Who_waits_may_be_told_to_stop_and_what_failed_elsewhere_fails_there()
    {
        using var stop = new CancellationTokenSource();
        var waits = TorchThread.Run(
            () => TorchThread.WaitFor(async () =>
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
                return 1;
            }),
            CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits);
        var fails = TorchThread.Run(() => TorchThread.WaitFor<int>(() => throw new InputException("Nobody is there.")), CancellationToken.None);
        Assert.Equal("Nobody is there.", (await Assert.ThrowsAsync<InputException>(() => fails)).Message);
        Assert.Equal(3, await TorchThread.Run(() => 3, CancellationToken.None));
    }

    [Fact]
    public async Task Brief_work_needs_nobody_who_lets_it_in()
    {
        Assert.Equal(3, await TorchThread.RunBriefly(() => 3, CancellationToken.None));
        await TorchThread.Run(TorchThread.LetIn, CancellationToken.None);
    }
}
