using MassTransit;
using Rlaif.Contracts;

namespace Rlaif.Coordinator.Runs;

/// <summary>A worker wrote facts; the reconciler looks at them. What the message says is not believed, only that it came.</summary>
internal sealed class FactConsumer(RunSignal runs) :
    IConsumer<ResponsesGenerated>, IConsumer<ResponsesRevised>, IConsumer<RewardModelTrained>,
    IConsumer<ResponsesScored>, IConsumer<PolicyCheckpointPublished>, IConsumer<PolicyEvaluated>, IConsumer<RolloutsPaired>
{
    public Task Consume(ConsumeContext<ResponsesGenerated> context) => Look();

    public Task Consume(ConsumeContext<ResponsesRevised> context) => Look();

    public Task Consume(ConsumeContext<RewardModelTrained> context) => Look();

    public Task Consume(ConsumeContext<ResponsesScored> context) => Look();

    public Task Consume(ConsumeContext<PolicyCheckpointPublished> context) => Look();

    public Task Consume(ConsumeContext<PolicyEvaluated> context) => Look();

    public Task Consume(ConsumeContext<RolloutsPaired> context) => Look();

    private Task Look()
    {
        runs.Signal.Raise();
        return Task.CompletedTask;
    }
}
