using System.Threading.Channels;

namespace Rlaif.Hosting;

/// <summary>Something happened; look at the facts. Many calls while nobody looks are one.</summary>
public sealed class Signal
{
    private readonly Channel<bool> raised = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Raise() => raised.Writer.TryWrite(true);

    /// <summary>Returns when raised, or after <paramref name="atMost"/>: whoever waits looks in any case.</summary>
    public async Task Wait(TimeSpan atMost, TimeProvider time, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await raised.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Nobody raised it in time.
        }
    }
}
