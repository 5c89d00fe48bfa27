using MassTransit;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.PolicyOptimizer;

/// <summary>A training outlives any delivery: the command becomes a job row, and is acknowledged.</summary>
internal sealed class OptimizePolicyConsumer(WorkTables work, TrainingTables trainings, JobSignal jobs, TimeProvider time) : IConsumer<OptimizePolicy>
{
    public async Task Consume(ConsumeContext<OptimizePolicy> context)
    {
        var (command, cancel) = (context.Message, context.CancellationToken);
        if (await work.Outcome(command.Id, cancel) is not null)
        {
            // Whoever trained it died before telling.
            var checkpoint = (await trainings.Checkpoints(command.RunId, cancel)).Single(row => row.CommandId == command.Id);
            await context.Publish(new PolicyCheckpointPublished(command.Id, command.RunId, command.Round, checkpoint.Artifact), cancel);
            return;
        }

        await trainings.Enqueue(new() { Id = command.Id, RunId = command.RunId, Kind = nameof(OptimizePolicy), Body = Json.Of(command) }, time.GetUtcNow(), cancel);
        jobs.Raise();
    }
}
