using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Rlaif.Hosting;

namespace Rlaif.Judge.Asking;

/// <summary>Registers what the judge needs. The host adds its <see cref="JudgeEndpoint"/> and the tables.</summary>
public static class JudgeServices
{
    internal const string Client = "judge";

    /// <summary>Judges with their HTTP client: transient errors (no connection, 408, 429, 5xx) are tried four times more over some eight
    /// seconds, or when the server says; a key comes from RLAIF_JUDGE_KEY.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="firstDelay">Before the second try; it doubles each time. Default half a second.</param>
    public static IServiceCollection AddModelJudge(this IServiceCollection services, TimeSpan? firstDelay = null)
    {
        services.AddHttpClient(Client, client => client.Timeout = Timeout.InfiniteTimeSpan).AddResilienceHandler(Client, pipeline => pipeline.AddRetry(
            new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = 4,
                Delay = firstDelay ?? TimeSpan.FromMilliseconds(500),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldRetryAfterHeader = true,
            }));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new JudgeKey(Settings.Environment.Secret("RLAIF_JUDGE_KEY")));
        services.TryAddSingleton<Judges>();
        return services;
    }
}
