using MassTransit;
using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Labels;

/// <summary>Stores labels, whoever gave them.</summary>
internal sealed class LabelConsumer(PairTables pairs, RunSignal runs, TimeProvider time) : IConsumer<PreferenceLabeled>, IConsumer<PreferenceDeclined>
{
    public async Task Consume(ConsumeContext<PreferenceLabeled> context)
    {
        await pairs.Insert(context.Message, declined: null, time.GetUtcNow(), context.CancellationToken);
        runs.Signal.Raise();
    }

    public async Task Consume(ConsumeContext<PreferenceDeclined> context)
    {
        var (message, none) = (context.Message, Array.Empty<Vote>());
        var label = new PreferenceLabeled
        {
            Id = message.Id,
            RunId = message.RunId,
            PairId = message.PairId,
            Pool = message.Pool,
            Labeler = message.Labeler,
            Votes = none,
        };
        await pairs.Insert(label, $"{message.Failure}: {message.Reason}", time.GetUtcNow(), context.CancellationToken);
        runs.Signal.Raise();
    }
}
