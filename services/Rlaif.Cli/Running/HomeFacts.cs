using System.Data.Common;
using Rlaif.Cli.Looking;
using Rlaif.Coordinator.Labels;
using Rlaif.Coordinator.Looking;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>The tables and artifacts of a home, for commands beside those that run on it.</summary>
internal sealed class HomeFacts : IFacts
{
    private readonly Database database;

    private readonly ArtifactStore artifacts;

    private HomeFacts(HomeFolder home) => (database, artifacts) = (Database.Sqlite(home.DatabaseFile), new(home.Artifacts));

    public Task<IReadOnlyList<RunLine>> Runs(CancellationToken cancel) => new RunLines(new(database), new(database), new(database)).All(cancel);

    public async Task<RunReport> Run(string named, CancellationToken cancel) =>
        await new RunReports(new(database), new(database), new(database), new(database)).Of(await RunFinder.Find(new(database), named, cancel), cancel);

    public Task<LineageReport> Lineage(string named, CancellationToken cancel) =>
        new LineageReports(new(database), new(database), new(database), new(database), new(database), new(database), artifacts).Of(named, cancel);

    /// <summary>Where people label the pairs of this home.</summary>
    public LabelDesk Desk(TimeProvider time) => new(new(database), new(database), new(database), new(database), time);

    public Task<Guid> RunId(string named, CancellationToken cancel) => RunFinder.FindId(new(database), named, cancel);

    /// <param name="wanted">What the user asks for there; named when there is no such home.</param>
    /// <exception cref="InputException">There is no such home, or its database cannot be used.</exception>
    public static async Task<HomeFacts> Open(string? home, CancellationToken cancel, string? wanted = null, string what = "")
    {
        var path = HomeChoice.PathOf(home, null);
        if (!File.Exists(Path.Combine(path, HomeFolder.DatabaseName)))
        {
            var sought = wanted is null ? "" : $"There is no {what} {TerminalText.Line(wanted)}: ";
            throw new InputException($"{sought}{(wanted is null ? "There" : "there")} is no run in {path} yet. Start one with `rlaif run RECIPE`, or name another home with --home.");
        }

        var facts = new HomeFacts(new(path));
        try
        {
            await facts.database.Migrate(cancel);
            return facts;
        }
        catch (Exception error) when (error is DbException or InvalidOperationException)
        {
            await facts.DisposeAsync();
            var reason = error.GetBaseException().Message.TrimEnd('.');
            throw new InputException(
                $"The runs of {path} cannot be read ({reason}): its {HomeFolder.DatabaseName} is damaged or cannot be written; " +
                "restore it, or name another home with --home.",
                error);
        }
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
