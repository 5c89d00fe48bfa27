using MassTransit;
using Rlaif.Contracts;
using Rlaif.Judge.Asking;
using Rlaif.Recipes;

namespace Rlaif.Judge.Consumers;

/// <summary>Serves the queue <c>label-judge</c>: the model that the run's recipe names votes on the pair.</summary>
public sealed class JudgeConsumer(Judges judges) : IConsumer<LabelPreference>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<LabelPreference> context)
    {
        var command = context.Message;
        try
        {
            var judge = await judges.OfRun(command.RunId, context.CancellationToken);
            await context.Publish(await judge.Label(command, context.CancellationToken));
        }
        catch (InputException unusable)
        {
            await context.Publish(new PreferenceDeclined(
                command.Id, command.RunId, command.PairId, command.Pool, "judge", FailureKind.NotQualified, unusable.Message));
        }
    }
}
