using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Rlaif.Hosting;

/// <summary>Work outside a consumer tries again for as long as broker, database or bucket are away; whoever watches the log is told why.</summary>
public sealed class Patience
{
    private static readonly ResiliencePropertyKey<string> What = new("what");
    private readonly ResiliencePipeline pipeline;

    public Patience(TimeProvider time, ILogger<Patience> log) => pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is { } error && RlaifBus.HealsByWaiting(error)),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(5),
            OnRetry = attempt =>
            {
                log.LogWarning("{What} waits for {Delay:0.0} s: {Reason}", attempt.Context.Properties.GetValue(What, ""), attempt.RetryDelay.TotalSeconds, attempt.Outcome.Exception!.Message);
                return default;
            },
        }).Build();

    /// <summary>Does the work, again and again while it fails for a reason that heals by waiting.</summary>
    /// <param name="what">What is tried, for people who read the log.</param>
    public async Task<T> Try<T>(string what, Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        var context = ResilienceContextPool.Shared.Get(cancel);
        context.Properties.Set(What, what);
        try
        {
            return await pipeline.ExecuteAsync(async attempt => await work(attempt.CancellationToken), context);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <inheritdoc cref="Try{T}"/>
    public Task Try(string what, Func<CancellationToken, Task> work, CancellationToken cancel) => Try(
        what,
        async attempt =>
        {
            await work(attempt);
            return true;
        },
        cancel);
}
