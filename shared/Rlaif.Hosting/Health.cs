using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>Ready: this process reaches its database.</summary>
internal sealed class DatabaseCheck(Database database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await database.Probe(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (RlaifBus.HealsByWaiting(error) || error is DbException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.");
        }
    }
}

/// <summary>Ready: this process reaches its bucket.</summary>
internal sealed class BucketCheck(ArtifactBucket bucket) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await bucket.Probe(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (BucketException error)
        {
            return HealthCheckResult.Unhealthy(error.Message);
        }
    }
}

/// <summary>/healthz/live says that the process answers; /healthz/ready that it can work: broker, database and bucket are there.</summary>
public static class Health
{
    private const string Ready = "ready";

    public static void AddHealth(this IServiceCollection services, Deployment deployment)
    {
        var checks = services.AddHealthChecks().AddCheck<DatabaseCheck>("database", tags: [Ready]);
        if (deployment.Bucket is not null)
        {
            checks.AddCheck<BucketCheck>("bucket", tags: [Ready]);
        }
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/healthz/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/healthz/ready", new()
        {
            Predicate = check => check.Tags.Contains(Ready),
            // The bus calls itself degraded when the broker is away; nothing can be worked on then.
            ResultStatusCodes = { [HealthStatus.Degraded] = 503 },
        });
    }
}
