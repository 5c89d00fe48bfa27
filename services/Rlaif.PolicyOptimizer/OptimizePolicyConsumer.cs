using MassTransit;
using Rlaif.Contracts;
using Rlaif.Hosting;

namespace Rlaif.PolicyOptimizer;

internal sealed class OptimizePolicyConsumer(TrainingQueue trainings) : IConsumer<OptimizePolicy>
{
    public async Task Consume(ConsumeContext<OptimizePolicy> context)
    {
        var command = context.Message;
        if (await trainings.Enqueue(command.Id, command.RunId, command, context.CancellationToken) is { } trained)
        {
            await context.Publish(new PolicyCheckpointPublished(command.Id, command.RunId, command.Round, trained));
        }
    }
}
