using System.Runtime.InteropServices;
using Rlaif.Learning.Native;
using static TorchSharp.torch;

namespace Rlaif.Learning.Tests.Native;

public class ThreadTeamTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(1000, 1)]
    [InlineData(1000, 3)]
    public Task Every_part_is_done_once_by_a_worker_that_nobody_else_is(int parts, int threads) => TorchThread.Run(() =>
    {
        TorchRuntime.Use(TestDevice.Numerics with { Threads = threads });
        var (times, workers) = (new int[parts], new int[parts]);
        unsafe
        {
            fixed (int* done = times, by = workers)
            {
                ThreadTeam.Run(new Counting(done, by), parts);
            }
        }

        TorchRuntime.Use(TestDevice.Numerics);
        Assert.All(times, one => Assert.Equal(1, one));
        Assert.All(workers, worker => Assert.InRange(worker, 0, threads - 1));
    }, TestContext.Current.CancellationToken);

    [Fact]
    public Task Kernels_run_on_the_threads_that_LibTorch_has() => TorchThread.Run(() =>
    {
        Assert.True(ThreadTeam.HasThreads, "this LibTorch shows no way into its team: kernels would run on one thread");
        Assert.True(Blas.IsHere, "this LibTorch shows no matrix product: attention would be its own kernel");
    }, TestContext.Current.CancellationToken);

    [StructLayout(LayoutKind.Auto)]
    private readonly unsafe struct Counting(int* times, int* workers) : IKernel
    {
        public void Part(int part, int worker)
        {
            Interlocked.Increment(ref times[part]);
            workers[part] = worker;
        }
    }
}
