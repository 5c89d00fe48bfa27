using MassTransit;
using Rlaif.Hosting;
using Rlaif.Learning.Native;

namespace Rlaif.PolicyOptimizer;

/// <summary>Trains policies and publishes their checkpoints.</summary>
public static class PolicyOptimizerService
{
    public static readonly ServiceModule Module = new(
        "policy-optimizer",
        services =>
        {
            TorchRuntime.Open();
            services.AddSingleton<RolloutLabels>();
            services.AddTrainer<PolicyTrainer>();
        },
        bus => bus.AddConsumer<OptimizePolicyConsumer>());
}
