using MassTransit;
using Microsoft.AspNetCore.Mvc;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;
using Rlaif.Coordinator.Looking;
using Rlaif.Coordinator.Runs;
using Rlaif.Hosting;
using Rlaif.Storage;

namespace Rlaif.Coordinator.Api;

/// <summary>Labels by people. `rlaif label --server` is the client.</summary>
internal static class LabelRoutes
{
    private const long LargestLabel = 256 << 10;

    public static void MapLabels(this RouteGroupBuilder labels)
    {
        labels.MapGet("/next", Next).WithSummary("The next pair of a pool, which nobody else is shown for some minutes");
        labels.MapPost("/", Give).WithMetadata(new RequestSizeLimitAttribute(LargestLabel)).WithSummary("Label a pair");
    }

    private static async Task<WaitingLabels> Next(
        string pool, string labeler, string? run, Guid[] skip, LabelDesk desk, RunTables names, CancellationToken cancel) =>
        await desk.Next(pool, labeler, run is null ? null : await RunFinder.FindId(names, run, cancel), skip.ToHashSet(), cancel);

    // Stored, then told: whoever labels is not shown the pair again. The message is a label like any other, and its copy changes nothing.
    private static async Task<PreferenceLabeled> Give(PreferenceLabeled label, LabelDesk desk, IBus bus, RunSignal runs, CancellationToken cancel)
    {
        await desk.Give(label, cancel);
        await bus.Within(limit => bus.Publish(label, limit), cancel);
        runs.Signal.Raise();
        return label;
    }
}
