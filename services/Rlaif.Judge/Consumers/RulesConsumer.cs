using MassTransit;
using Rlaif.Contracts;
using Rlaif.Feedback.Labeling;
using Rlaif.Recipes;

namespace Rlaif.Judge.Consumers;

/// <summary>Serves the queue <c>label-rules</c>: the principles' machine checks vote on the pair.</summary>
internal sealed class RulesConsumer : IConsumer<LabelPreference>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<LabelPreference> context)
    {
        var command = context.Message;
        try
        {
            await context.Publish(RulesLabeler.Label(command));
        }
        catch (InputException unusable)
        {
            await context.Publish(new PreferenceDeclined(
                command.Id, command.RunId, command.PairId, command.Pool, "rules", FailureKind.NotQualified, unusable.Message));
        }
    }
}
