using MassTransit;
using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Labels;

/// <summary>Stores labels, whoever gave them, as many at once as have come.</summary>
internal sealed class LabelConsumer(PairTables pairs, RunSignal runs, TimeProvider time) : IConsumer<Batch<PreferenceLabeled>>
{
    /// <summary>Labels of one transaction.</summary>
    public const int Most = 100;

    /// <summary>How long a batch waits for more.</summary>
    public static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(20);

    public async Task Consume(ConsumeContext<Batch<PreferenceLabeled>> context)
    {
        await pairs.Insert([.. context.Message.Select(one => (one.Message, (string?)null))], time.GetUtcNow(), context.CancellationToken);
        runs.Signal.Raise();
    }
}

/// <summary>Stores that a labeler would not label.</summary>
internal sealed class DeclinedConsumer(PairTables pairs, RunSignal runs, TimeProvider time) : IConsumer<PreferenceDeclined>
{
    public async Task Consume(ConsumeContext<PreferenceDeclined> context)
    {
        var message = context.Message;
        var label = new PreferenceLabeled
        {
            Id = message.Id,
            RunId = message.RunId,
            PairId = message.PairId,
            Pool = message.Pool,
            Labeler = message.Labeler,
            Votes = [],
        };
        await pairs.Insert(label, $"{message.Failure}: {message.Reason}", time.GetUtcNow(), context.CancellationToken);
        runs.Signal.Raise();
    }
}
