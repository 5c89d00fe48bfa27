using MassTransit;
using Rlaif.Contracts;

namespace Rlaif.Coordinator.Labels;

/// <summary>Empties the queue of the pool that people serve. They are shown the rows of the commands, so the messages are not needed.</summary>
internal sealed class PeopleConsumer : IConsumer<LabelPreference>
{
    public Task Consume(ConsumeContext<LabelPreference> context) => Task.CompletedTask;
}
