using System.Data.Common;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client.Exceptions;
using Rlaif.Storage;

namespace Rlaif.Hosting;

/// <summary>The bus as every service has it; the transport is composition, not code.</summary>
public static class RlaifBus
{
    /// <summary>A message that is larger is parked: no text of ours comes near.</summary>
    public const long LargestMessage = 16 << 20;

    /// <summary>Deliveries of a message that kills whoever takes it, before it is set aside. Its neighbours in a killed process count too.</summary>
    internal const int MostDeliveries = 20;

    /// <summary>Attempts while database, broker or bucket are away: a quarter of an hour of waiting. With attempts of 15 s it ends before the
    /// 30 minutes after which a broker takes a message back (its <c>consumer_timeout</c>).</summary>
    private const int LongestOutage = 38;

    private const SslPolicyErrors AnyPolicyError =
        SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable;

    private const string LabelPrefix = "label-";

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30), StoppingLimit = TimeSpan.FromSeconds(5);

    /// <summary>A publish that was not confirmed for so long counts as failed (rabbitmq-dotnet-client issue 1930: it may never return).</summary>
    private static readonly TimeSpan PublishLimit = TimeSpan.FromSeconds(30);

    /// <summary>The queue of a pool: whoever is asked to label, in any language, consumes it.</summary>
    public static string LabelQueue(string pool) => LabelPrefix + pool;

    /// <summary>Where commands of a pool are sent. The exchange has the queue's name; a send to the queue itself would declare it again as
    /// another kind, which the broker refuses for ever.</summary>
    public static Uri LabelAddress(string pool) => new($"exchange:{LabelQueue(pool)}");

    /// <param name="broker">Null: messages stay in this process.</param>
    /// <param name="topologyOnly">Declare exchanges and queues, and consume nothing.</param>
    public static IServiceCollection AddRlaifBus(
        this IServiceCollection services, BrokerSettings? broker, Action<IBusRegistrationConfigurator> consumers, bool topologyOnly = false)
    {
        services.Configure<MassTransitHostOptions>(host =>
        {
            // In memory, what is published before the queues exist is lost. A broker may come up after us.
            host.WaitUntilStarted = broker is null || topologyOnly;
            host.StopTimeout = TimeSpan.FromSeconds(25);
            host.ConsumerStopTimeout = TimeSpan.FromSeconds(20);
        });
        return services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();        // 8.5 posts to its makers after five minutes otherwise
            bus.SetEndpointNameFormatter(new KebabCaseEndpointNameFormatter("rlaif", includeNamespace: false));
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Name = "bus";
                health.Tags.Add("ready");
            });
            consumers(bus);
            bus.AddConfigureEndpointsCallback(Endpoint);
            if (broker is null)
            {
                bus.UsingInMemory((context, transport) =>
                {
                    Wire(transport);
                    transport.ConfigureEndpoints(context);
                });
            }
            else
            {
                bus.UsingRabbitMq((context, transport) =>
                {
                    transport.Host(broker.Address, host =>
                    {
                        host.Username(broker.User);
                        host.Password(broker.Password);
                        if (broker.Address.Scheme == "amqps")
                        {
                            host.UseSsl(tls =>
                            {
                                tls.ServerName = broker.Address.Host;
                                tls.Protocol = SslProtocols.None;       // the system's choice; theirs is 1.2
                                tls.EnforcePolicyErrors(AnyPolicyError);        // an unknown authority would do otherwise
                            });
                        }
                    });
                    transport.DeployTopologyOnly = topologyOnly;
                    Wire(transport);
                    transport.ConfigureEndpoints(context);
                });
            }
        });
    }

    /// <summary>A consumer of which each process works on so many messages at once, and takes no more from the broker than that.</summary>
    public static void AddWorker<TConsumer>(this IBusRegistrationConfigurator bus, int parallel)
        where TConsumer : class, IConsumer =>
        bus.AddConsumer<TConsumer>(consumer => consumer.ConcurrentMessageLimit = parallel).Endpoint(endpoint => endpoint.PrefetchCount = parallel);

    /// <summary>A labeler's consumer on the queue of its pool. Commands are sent to it; published ones do not reach it.</summary>
    public static void AddLabeler<TConsumer>(this IBusRegistrationConfigurator bus, string pool, int parallel)
        where TConsumer : class, IConsumer =>
        bus.AddConsumer<TConsumer>(consumer => consumer.ConcurrentMessageLimit = parallel).Endpoint(endpoint =>
        {
            endpoint.Name = LabelQueue(pool);
            endpoint.PrefetchCount = parallel;
            endpoint.ConfigureConsumeTopology = false;
        });

    /// <summary>Failures of the infrastructure that pass: worth trying again, and no reason to pause a run.</summary>
    public static bool HealsByWaiting(Exception error) => error switch
    {
        DbException database => Database.IsTransient(database),
        BucketException bucket => bucket.Passes,
        TimeoutException or SocketException or MessageReturnedException or ConnectionException or TransportException or RabbitMQClientException or BrokerUnreachableException => true,
        IOException => error.InnerException is SocketException,         // any other is a disk's
        _ => false,
    };

    /// <summary>A publish outside a consumer is never awaited without a limit. One that has begun is not cut off by a process that stops: it has
    /// some seconds left.</summary>
    /// <exception cref="TimeoutException">Not confirmed in time; it may have arrived.</exception>
    public static async Task Within(this IBus bus, Func<CancellationToken, Task> publish, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(bus);
        cancel.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(PublishLimit);
        await using var stopping = cancel.UnsafeRegister(running => ((CancellationTokenSource)running!).CancelAfter(StoppingLimit), limit);
        try
        {
            await publish(limit.Token);
        }
        catch (Exception late) when (late is OperationCanceledException or ObjectDisposedException or TransportUnavailableException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new TimeoutException($"The broker did not confirm a message within {PublishLimit.TotalSeconds:0} s.", late);
        }
    }

    /// <summary>A message that no queue takes comes back as an error; without this the broker confirms and drops it.</summary>
    public static void MustArrive(this SendContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
        {
            rabbit.Mandatory = true;
        }
    }

    private static void Wire(IBusFactoryConfigurator transport)
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
    }

    private static void Endpoint(IRegistrationContext context, string name, IReceiveEndpointConfigurator endpoint)
    {
        if (endpoint is IRabbitMqReceiveEndpointConfigurator queue)
        {
            queue.SetQuorumQueue();
            queue.SetQueueArgument("x-delivery-limit", MostDeliveries);
            queue.BindDeadLetterQueue(name + "_dead", name + "_dead", dead => dead.SetQuorumQueue());
            endpoint.UseConsumeFilter(typeof(LogScope<>), context);
        }

        // Here and not when it is received: what fails there is delivered again and again, and nobody is told why.
        endpoint.UseExecute(message =>
        {
            if (message.ReceiveContext.Body.Length > LargestMessage)
            {
                throw new InvalidDataException($"A message of {message.ReceiveContext.Body.Length} bytes came to {name}; {LargestMessage} are the limit.");
            }
        });
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(HealsByWaiting);        // anything else would fail the same way again
            retry.Exponential(LongestOutage, TimeSpan.FromMilliseconds(200), LongestWait, TimeSpan.FromMilliseconds(500));
        });
        endpoint.UseInMemoryOutbox(context);        // what a consumer publishes goes out after it returned: write, then publish
    }
}
