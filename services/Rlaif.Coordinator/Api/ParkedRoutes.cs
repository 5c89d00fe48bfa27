using Rlaif.Hosting;

namespace Rlaif.Coordinator.Api;

/// <summary>How many messages went.</summary>
public sealed record ParkedCount(int Messages);

/// <summary>What could not be processed: to look at, to send again, to throw away.</summary>
internal static class ParkedRoutes
{
    private const int Page = 10, MostShown = 100;

    public static void MapParked(this RouteGroupBuilder api)
    {
        var parked = api.MapGroup("/parked").WithTags("parked");
        parked.MapGet("/", (ParkedQueues queues, CancellationToken cancel) => queues.List(cancel)).WithSummary("Queues of messages that could not be processed");
        parked.MapGet("/{queue}", Show).WithSummary("The first messages of such a queue, with why they are there");
        parked.MapPost("/{queue}/replay", Replay).WithSummary("Send all of a queue to where they came to first");
        parked.MapPost("/{queue}/drop", Drop).WithSummary("Throw all of a queue away");
    }

    private static Task<IReadOnlyList<ParkedMessage>> Show(string queue, int? limit, ParkedQueues queues, CancellationToken cancel) =>
        queues.Show(queue, Math.Clamp(limit ?? Page, 1, MostShown), cancel);

    private static async Task<ParkedCount> Replay(string queue, ParkedQueues queues, CancellationToken cancel) => new(await queues.Replay(queue, cancel));

    private static async Task<ParkedCount> Drop(string queue, ParkedQueues queues, CancellationToken cancel) => new(await queues.Drop(queue, cancel));
}
