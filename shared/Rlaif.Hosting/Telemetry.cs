using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Rlaif.Hosting;

/// <summary>What a deployment tells of itself: metrics to whoever asks /metrics, traces to the collector that OTEL_EXPORTER_OTLP_ENDPOINT
/// names. A single process is watched on its screen and has neither.</summary>
internal static class Telemetry
{
    private const string Bus = "MassTransit", Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTelemetry(this IServiceCollection services, Deployment deployment, string service, Settings settings)
    {
        if (deployment.Broker is null)
        {
            return;
        }

        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(service, "rlaif", serviceInstanceId: deployment.Replica));
        telemetry.WithMetrics(metrics => metrics.AddMeter(Instruments.Name, "Npgsql")
            .AddRuntimeInstrumentation().AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddPrometheusExporter());
        if (settings.Text(Collector) is not null)
        {
            telemetry.WithTracing(traces => traces.AddSource(RunTrace.Source, Bus).AddNpgsql().AddAspNetCoreInstrumentation().AddHttpClientInstrumentation()
                // What belongs to a run, or to a caller that traces: looking every second whether there is work belongs to neither.
                .SetSampler(new ParentBasedSampler(new AlwaysOffSampler()))
                .AddOtlpExporter());
        }
    }

    public static void MapTelemetry(this WebApplication app, Deployment deployment)
    {
        if (deployment.Broker is not null)
        {
            app.MapPrometheusScrapingEndpoint("/metrics");
        }
    }
}
