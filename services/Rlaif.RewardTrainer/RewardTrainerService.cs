using MassTransit;
using Rlaif.Hosting;
using Rlaif.Learning.Native;

namespace Rlaif.RewardTrainer;

/// <summary>Trains reward models on settled pairs and scores responses with them.</summary>
public static class RewardTrainerService
{
    public static readonly ServiceModule Module = new(
        "reward-trainer",
        services =>
        {
            TorchRuntime.Open();
            services.AddTrainer<RewardModelTrainer>();
        },
        bus =>
        {
            bus.AddConsumer<TrainRewardModelConsumer>();
            bus.AddWorker<ScoreResponsesConsumer>(parallel: 1);
        });
}
