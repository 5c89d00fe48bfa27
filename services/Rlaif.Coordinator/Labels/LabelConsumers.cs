using MassTransit;
using Rlaif.Contracts;
using Rlaif.Coordinator.Runs;
using Rlaif.Hosting;

namespace Rlaif.Coordinator.Labels;

/// <summary>Stores a label, whoever gave it.</summary>
internal sealed class LabelConsumer(LabelWriter writer, RunSignal runs) : IConsumer<PreferenceLabeled>
{
    public async Task Consume(ConsumeContext<PreferenceLabeled> context)
    {
        var label = context.Message;
        using var span = RunTrace.Start("store label", label.RunId);    // a labeler in another language may have told of none
        await writer.Write(label, null, context.CancellationToken);
        runs.Signal.Raise();
    }
}

/// <summary>Stores that a labeler would not label.</summary>
internal sealed class DeclinedConsumer(LabelWriter writer, RunSignal runs) : IConsumer<PreferenceDeclined>
{
    public async Task Consume(ConsumeContext<PreferenceDeclined> context)
    {
        var message = context.Message;
        using var span = RunTrace.Start("store label", message.RunId);
        var label = new PreferenceLabeled
        {
            Id = message.Id,
            RunId = message.RunId,
            PairId = message.PairId,
            Pool = message.Pool,
            Labeler = message.Labeler,
            Votes = [],
        };
        await writer.Write(label, $"{message.Failure}: {message.Reason}", context.CancellationToken);
        runs.Signal.Raise();
    }
}
