using System.Collections.Concurrent;

namespace Rlaif.Hosting;

/// <summary>Wakes every trainer of this process when a job was enqueued.</summary>
public sealed class JobSignal
{
    private readonly ConcurrentBag<Signal> trainers = [];

    /// <summary>A signal of its own for one trainer: a shared one would wake only whoever reads it first.</summary>
    public Signal Listen()
    {
        var signal = new Signal();
        trainers.Add(signal);
        return signal;
    }

    public void Raise()
    {
        foreach (var trainer in trainers)
        {
            trainer.Raise();
        }
    }
}
