using MassTransit;
using Rlaif.Contracts;
using Rlaif.Hosting;

namespace Rlaif.RewardTrainer;

internal sealed class TrainRewardModelConsumer(TrainingQueue trainings) : IConsumer<TrainRewardModel>
{
    public async Task Consume(ConsumeContext<TrainRewardModel> context)
    {
        var command = context.Message;
        if (await trainings.Enqueue(command.Id, command.RunId, command, context.CancellationToken) is { } trained)
        {
            await context.Publish(new RewardModelTrained(command.Id, command.RunId, command.Round, trained));
        }
    }
}
