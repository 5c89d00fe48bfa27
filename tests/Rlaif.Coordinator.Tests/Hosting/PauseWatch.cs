using System.Collections.Concurrent;
using MassTransit;
using Rlaif.Contracts;

namespace Rlaif.Coordinator.Tests.Hosting;

/// <summary>Sees every <see cref="RunPaused"/> that a process publishes, so that a test can say that there was none.</summary>
internal sealed class PauseWatch : IPublishObserver
{
    public ConcurrentQueue<RunPaused> Told { get; } = [];

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class
    {
        if (context.Message is RunPaused pause)
        {
            Told.Enqueue(pause);
        }

        return Task.CompletedTask;
    }

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}
