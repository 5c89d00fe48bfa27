using MassTransit;
using Rlaif.Hosting;

namespace Rlaif.PolicyOptimizer;

/// <summary>Trains policies and publishes their checkpoints.</summary>
public static class PolicyOptimizerService
{
    public static readonly ServiceModule Module = new(
        "policy-optimizer", services => services.AddTrainer<PolicyTrainer>(), bus => bus.AddConsumer<OptimizePolicyConsumer>());
}
