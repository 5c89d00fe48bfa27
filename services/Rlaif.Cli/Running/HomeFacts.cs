using System.Data.Common;
using Rlaif.Cli.Looking;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Running;

/// <summary>The tables and artifacts of a home, for commands that only look.</summary>
internal sealed class HomeFacts : IAsyncDisposable
{
    private readonly Database database;

    private HomeFacts(HomeFolder home)
    {
        database = Database.Sqlite(home.DatabaseFile);
        Artifacts = new(home.Artifacts);
        (Runs, Work) = (new(database), new(database));
        (Responses, Trainings, Evaluations) = (new(database), new(database), new(database));
    }

    public ArtifactStore Artifacts { get; }

    public RunTables Runs { get; }

    public WorkTables Work { get; }

    public ResponseTables Responses { get; }

    public TrainingTables Trainings { get; }

    public EvaluationTables Evaluations { get; }

    public RunReports Reports => new(Work, new(database), Trainings, Evaluations);

    public LineageReports Lineages => new(new(database), new(database), Runs, Trainings, Responses, Evaluations, Artifacts);

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
