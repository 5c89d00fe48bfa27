using Rlaif.Cli.Running;
using Rlaif.Contracts;
using Rlaif.Coordinator.Labels;

namespace Rlaif.Cli.Labeling;

/// <summary>Pairs of a home's runs, while `rlaif run` waits for their labels in another process.</summary>
internal sealed class HomeDesk : ILabelDesk
{
    private readonly HomeFacts facts;
    private readonly LabelDesk desk;
    private readonly string pool, labeler;
    private readonly Guid? run;

    private HomeDesk(HomeFacts facts, LabelDesk desk, string pool, string labeler, Guid? run) =>
        (this.facts, this.desk, this.pool, this.labeler, this.run) = (facts, desk, pool, labeler, run);

    /// <param name="run">The beginning of a run's id; null: all runs that go on.</param>
    public static async Task<HomeDesk> Open(string? home, string pool, string labeler, string? run, TimeProvider time, CancellationToken cancel)
    {
        var opened = run is null ? await HomeFacts.Open(home, cancel) : await HomeFacts.Open(home, cancel, run, "run");
        return new(opened, opened.Desk(time), pool, labeler, run is null ? null : await opened.RunId(run, cancel));
    }

    public Task<WaitingLabels> Next(IReadOnlySet<Guid> skip, CancellationToken cancel) => desk.Next(pool, labeler, run, skip, cancel);

    public Task Give(PreferenceLabeled label, CancellationToken cancel) => desk.Give(label, cancel);

    public ValueTask DisposeAsync() => facts.DisposeAsync();
}
