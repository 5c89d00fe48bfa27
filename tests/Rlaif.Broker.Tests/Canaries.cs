using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Rlaif.Hosting;

namespace Rlaif.Broker.Tests;

/// <summary>Secrets that must be found nowhere.</summary>
internal static class Canaries
{
    public const string Broker = "canary-b31a9", Database = "canary-d52c7", Token = "canary-t84e1", JudgeKey = "canary-j67f4";

    /// <summary>What all of them have in common.</summary>
    public const string Any = "canary-";

    /// <summary>The environment with the token of the API, and nothing else of this process.</summary>
    public static Settings Settings { get; } = new(name => name == "RLAIF_TOKEN" ? Token : null);
}

/// <summary>Everything that a host logs, whatever its level, exceptions written out.</summary>
internal sealed class Lines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> lines = [];

    public string Text => string.Join('\n', lines);

    public ILogger CreateLogger(string categoryName) => this;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }
}
