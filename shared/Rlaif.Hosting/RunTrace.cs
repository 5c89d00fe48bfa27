using System.Diagnostics;

namespace Rlaif.Hosting;

/// <summary>One trace for one run, whatever processes work on it and for however many days: its id is the run's, so a span that no message
/// leads to belongs to it too.</summary>
public static class RunTrace
{
    /// <summary>Name of the source of our own spans.</summary>
    public const string Source = "Rlaif";

    private static readonly ActivitySource Spans = new(Source);

    /// <summary>Where a span hangs that has no other parent in its run.</summary>
    public static ActivityContext Root(Guid runId)
    {
        Span<byte> id = stackalloc byte[16];
        runId.TryWriteBytes(id, bigEndian: true, out _);
        return new(ActivityTraceId.CreateFromBytes(id), ActivitySpanId.CreateFromBytes(id[8..]), ActivityTraceFlags.Recorded, isRemote: true);
    }

    /// <summary>What a row keeps, so that whoever takes it up goes on from here.</summary>
    public static string? Here => Activity.Current?.Id;

    /// <summary>Starts a span of a run; null when nobody listens.</summary>
    /// <param name="parent">As a row kept it; null: what is under way here when it is of this run, else the run itself.</param>
    /// <param name="began">Null: now.</param>
    public static Activity? Start(string name, Guid runId, string? parent = null, DateTimeOffset? began = null)
    {
        if (!Spans.HasListeners())
        {
            return null;
        }

        var root = Root(runId);
        var current = Activity.Current?.Context is { } here && here.TraceId == root.TraceId ? here : root;
        var context = ActivityContext.TryParse(parent, null, isRemote: true, out var kept) && kept.TraceId == root.TraceId ? kept : current;
        return Spans.StartActivity(name, ActivityKind.Internal, context, [KeyValuePair.Create("rlaif.run", (object?)runId)], startTime: began ?? default);
    }
}
