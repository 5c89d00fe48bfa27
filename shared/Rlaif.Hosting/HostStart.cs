using Microsoft.Extensions.Hosting;

namespace Rlaif.Hosting;

/// <summary>Waits for the host: what is published before every queue exists is lost.</summary>
public static class HostStart
{
    public static async Task WaitUntilStarted(this IHostApplicationLifetime lifetime, CancellationToken cancel)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancel);
    }
}
