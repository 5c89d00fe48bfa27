using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Rlaif.Hosting;

/// <summary>The bus as every service has it; the transport is composition, not code.</summary>
public static class RlaifBus
{
    /// <summary>Whoever is asked to label, in any language, has the queue of its pool.</summary>
    public static Uri LabelQueue(string pool) => new($"queue:label-{pool}");

    public static IServiceCollection AddRlaifBus(this IServiceCollection services, Action<IBusRegistrationConfigurator> consumers)
    {
        services.Configure<MassTransitHostOptions>(host =>
        {
            host.WaitUntilStarted = true;
            host.StopTimeout = TimeSpan.FromSeconds(25);
            host.ConsumerStopTimeout = TimeSpan.FromSeconds(20);
        });
        return services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();        // 8.5 posts to its makers after five minutes otherwise
            bus.SetEndpointNameFormatter(new KebabCaseEndpointNameFormatter("rlaif", includeNamespace: false));
            consumers(bus);
            bus.AddConfigureEndpointsCallback((context, _, endpoint) =>
            {
                endpoint.UseMessageRetry(retry =>
                {
                    retry.Handle<Exception>(HealsByWaiting);        // anything else would fail the same way again
                    retry.Exponential(12, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(500));
                });
                endpoint.UseInMemoryOutbox(context);        // what a consumer publishes goes out after it returned: write, then publish
            });
            bus.UsingInMemory((context, transport) =>
            {
                // AnyMessageType: a labeler in any language sends plain JSON. A queue of several message types therefore reads each message as
                // all of them, so only messages of which any may stand for any (FactConsumer) share one.
                transport.UseRawJsonSerializer(
                    RawSerializerOptions.AddTransportHeaders | RawSerializerOptions.CopyHeaders | RawSerializerOptions.AnyMessageType, isDefault: true);
                transport.ConfigureJsonSerializerOptions(json =>
                {
                    json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
                    return json;
                });
                transport.ConfigureEndpoints(context);
            });
        });
    }

    /// <summary>A labeler's consumer on the queue of its pool. Commands are sent to it; published ones do not reach it.</summary>
    public static void AddLabeler<TConsumer>(this IBusRegistrationConfigurator bus, string pool, int parallel)
        where TConsumer : class, IConsumer =>
        bus.AddConsumer<TConsumer>(consumer => consumer.ConcurrentMessageLimit = parallel).Endpoint(endpoint =>
        {
            endpoint.Name = $"label-{pool}";
            endpoint.ConfigureConsumeTopology = false;
        });

    /// <summary>Failures of the infrastructure that pass: worth trying again, and no reason to pause a run.</summary>
    public static bool HealsByWaiting(Exception error) => error is DbException { IsTransient: true } or TimeoutException or SocketException;

    /// <summary>A publish outside a consumer is never awaited without a limit (rabbitmq-dotnet-client issue 1930).</summary>
    public static async Task Within(this IBus bus, Func<CancellationToken, Task> publish, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(bus);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        await publish(limit.Token);
    }
}
