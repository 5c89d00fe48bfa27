using MassTransit;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Stages;

/// <summary>Sends a stored command to whoever works on its kind.</summary>
internal sealed class CommandSender(IBus bus)
{
    private static readonly Dictionary<string, Type> Kinds = new[]
    {
        typeof(GenerateResponses), typeof(ReviseResponses), typeof(LabelPreference), typeof(TrainRewardModel),
        typeof(OptimizePolicy), typeof(ScoreResponses), typeof(EvaluatePolicy),
    }.ToDictionary(type => type.Name, StringComparer.Ordinal);

    public async Task Send(CommandRow command, CancellationToken cancel)
    {
        var message = System.Text.Json.JsonSerializer.Deserialize(command.Body, Kinds[command.Kind], Json.Options)!;
        await bus.Within(
            async limit =>
            {
                if (command.Pool is { } pool)
                {
                    var endpoint = await bus.GetSendEndpoint(RlaifBus.LabelQueue(pool));
                    await endpoint.Send(message, limit);
                }
                else
                {
                    await bus.Publish(message, limit);
                }
            },
            cancel);
    }
}
