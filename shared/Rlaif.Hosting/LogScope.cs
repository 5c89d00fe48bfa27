using MassTransit;
using Microsoft.Extensions.Logging;

namespace Rlaif.Hosting;

/// <summary>Which run and which message a line of the log is about.</summary>
internal static class LogScope
{
    public static IDisposable? Of(ILogger log, Guid? run, Guid? message) =>
        log.BeginScope(new Dictionary<string, object?>(StringComparer.Ordinal) { ["run"] = run, ["message"] = message });
}

/// <summary>Around every consumer. The messages have no type in common, but each of a run names it the same.</summary>
internal sealed class LogScope<T>(ILogger<LogScope<T>> log) : IFilter<ConsumeContext<T>>
    where T : class
{
    private static readonly Func<T, Guid>? Run = Named("RunId"), Id = Named("Id");

    public async Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        using var scope = LogScope.Of(log, Run?.Invoke(context.Message), Id?.Invoke(context.Message));
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("logScope");

    private static Func<T, Guid>? Named(string property) =>
        typeof(T).GetProperty(property, typeof(Guid))?.GetMethod?.CreateDelegate<Func<T, Guid>>();
}
