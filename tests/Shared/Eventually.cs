using System.Diagnostics;

namespace Rlaif.Testing;

/// <summary>Waits for a fact, never for a time: other processes, threads and queues are as slow as the machine is.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    /// <param name="glance">Between two looks, where a look costs something; null: hardly any time.</param>
    public static Task True(Func<Task<bool>> fact, string what, int seconds = 120, TimeSpan? glance = null) => True(fact, () => what, seconds, glance);

    /// <param name="what">Asked when it is still not so, to tell what there is by then.</param>
    /// <inheritdoc cref="True(Func{Task{bool}}, string, int, TimeSpan?)"/>
    public static async Task True(Func<Task<bool>> fact, Func<string> what, int seconds = 120, TimeSpan? glance = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        var watch = Stopwatch.StartNew();
        while (!await fact())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(seconds))
            {
                Assert.Fail($"After {seconds} s still not so: {what()}");
            }

            await Task.Delay(glance ?? Glance, cancel);
        }
    }

    public static Task True(Func<bool> fact, string what, int seconds = 120) => True(() => Task.FromResult(fact()), what, seconds);
}
