using MassTransit;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.RewardTrainer;

/// <summary>A training outlives any delivery: the command becomes a job row, and is acknowledged.</summary>
internal sealed class TrainRewardModelConsumer(WorkTables work, TrainingTables trainings, JobSignal jobs, TimeProvider time) : IConsumer<TrainRewardModel>
{
    public async Task Consume(ConsumeContext<TrainRewardModel> context)
    {
        var (command, cancel) = (context.Message, context.CancellationToken);
        if (await work.Outcome(command.Id, cancel) is not null)
        {
            var checkpoint = (await trainings.Checkpoints(command.RunId, cancel)).Single(row => row.CommandId == command.Id);
            await context.Publish(new RewardModelTrained(command.Id, command.RunId, command.Round, checkpoint.Artifact), cancel);
            return;
        }

        await trainings.Enqueue(new() { Id = command.Id, RunId = command.RunId, Kind = nameof(TrainRewardModel), Body = Json.Of(command) }, time.GetUtcNow(), cancel);
        jobs.Raise();
    }
}
