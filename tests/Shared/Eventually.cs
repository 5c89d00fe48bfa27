using System.Diagnostics;

namespace Rlaif.Testing;

/// <summary>Waits for a fact, never for a time: other processes, threads and queues are as slow as the machine is.</summary>
internal static class Eventually
{
    public static async Task True(Func<Task<bool>> fact, string what, int seconds = 120)
    {
        var cancel = TestContext.Current.CancellationToken;
        var watch = Stopwatch.StartNew();
        while (!await fact())
        {
            Assert.False(watch.Elapsed > TimeSpan.FromSeconds(seconds), $"After {seconds} s still not so: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancel);
        }
    }

    public static Task True(Func<bool> fact, string what, int seconds = 120) => True(() => Task.FromResult(fact()), what, seconds);
}
