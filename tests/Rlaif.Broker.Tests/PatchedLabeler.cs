using MassTransit;
using Rlaif.Contracts;

namespace Rlaif.Broker.Tests;

/// <summary>Whether the labelers of the pool <c>patched</c> can do their work yet.</summary>
internal sealed class Patch
{
    public volatile bool IsIn;
}

/// <summary>A labeler with a fault that somebody mends in the middle of the run.</summary>
internal sealed class PatchedLabeler(Patch patch) : IConsumer<LabelPreference>
{
    public const string Pool = "patched", Fault = "The labeler \u001b[31mis broken.";

    public Task Consume(ConsumeContext<LabelPreference> context)
    {
        var command = context.Message;
        return patch.IsIn ? context.Publish(new PreferenceLabeled
        {
            Id = command.Id,
            RunId = command.RunId,
            PairId = command.PairId,
            Pool = command.Pool,
            Labeler = "patched",
            Votes = [.. command.Principles.Select(principle => new Vote { Principle = principle.Id, Preference = 0.5 })],
        }) : throw new InvalidDataException(Fault);
    }
}
