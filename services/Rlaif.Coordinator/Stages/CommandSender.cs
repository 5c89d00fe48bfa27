using MassTransit;
using Microsoft.Extensions.Logging;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>Sends the commands of a stage that somebody still has to work on, to whoever works on their kind.</summary>
internal sealed class CommandSender(WorkTables work, IBus bus, LabelQueues queues, Deployment deployment, TimeProvider time, ILogger<CommandSender> log)
{
    private static readonly Dictionary<string, Type> Kinds = new[]
    {
        typeof(GenerateResponses), typeof(ReviseResponses), typeof(LabelPreference), typeof(TrainRewardModel),
        typeof(OptimizePolicy), typeof(ScoreResponses), typeof(EvaluatePolicy),
    }.ToDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>A command without an outcome for so long is sent again; it changes nothing when the first copy is still worked on. A broker
    /// loses nothing that it confirmed; memory loses all when its process ends.</summary>
    private readonly TimeSpan patience = deployment.Broker is null ? TimeSpan.FromMinutes(30) : TimeSpan.FromHours(6);

    private readonly DateTimeOffset started = time.GetUtcNow();

    public async Task SendDue(StageRow stage, string pool, int window, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var lostBefore = deployment.Broker is null && now - patience < started ? started : now - patience;
        var due = await work.TakeDue(stage, pool, window, deployment.Replica, lostBefore, now, cancel);
        var sent = await Task.WhenAll(due.Select(command => Arrives(command, cancel)));
        await work.Issued([.. due.Zip(sent).Where(one => one.Second).Select(one => one.First.Id)], deployment.Replica, now, cancel);
    }

    private async Task<bool> Arrives(CommandRow command, CancellationToken cancel)
    {
        try
        {
            await Send(command, cancel);
            return true;
        }
        catch (Exception error) when (RlaifBus.HealsByWaiting(error))
        {
            log.LogWarning("{Kind} {Command} waits for somebody who works on it: {Reason}", command.Kind, command.Id, error.Message);
            return false;
        }
    }

    private async Task Send(CommandRow command, CancellationToken cancel)
    {
        using var span = RunTrace.Start($"send {command.Kind}", command.RunId, command.Trace);
        var type = Kinds[command.Kind];
        var message = System.Text.Json.JsonSerializer.Deserialize(command.Body, type, Json.Options)!;
        if (command.Pool is { } pool)
        {
            await queues.Declare(pool, cancel);
        }

        await bus.Within(
            async limit =>
            {
                if (command.Pool is not null)
                {
                    var endpoint = await bus.GetSendEndpoint(RlaifBus.LabelAddress(command.Pool));
                    await endpoint.Send(message, type, context => context.MustArrive(), limit);
                }
                else
                {
                    await bus.Publish(message, type, context => context.MustArrive(), limit);
                }
            },
            cancel);
    }
}
