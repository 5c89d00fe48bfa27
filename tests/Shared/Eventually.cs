using System.Diagnostics;

namespace Rlaif.Testing;

/// <summary>Waits for a fact, never for a time: other processes, threads and queues are as slow as the machine is.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    /// <param name="glance">Between two looks, where a look costs something; null: hardly any time.</param>
    public static async Task True(Func<Task<bool>> fact, string what, int seconds = 120, TimeSpan? glance = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        var watch = Stopwatch.StartNew();
        while (!await fact())
        {
            Assert.False(watch.Elapsed > TimeSpan.FromSeconds(seconds), $"After {seconds} s still not so: {what}");
            await Task.Delay(glance ?? Glance, cancel);
        }
    }

    public static Task True(Func<bool> fact, string what, int seconds = 120) => True(() => Task.FromResult(fact()), what, seconds);
}
