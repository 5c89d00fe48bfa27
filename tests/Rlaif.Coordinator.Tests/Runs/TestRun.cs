using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using Rlaif.Contracts;
using Rlaif.Feedback.Constitutions;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;
using Rlaif.Testing;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>A home with one run, and processes that work on it. The clock moves only when it is read, so nothing but the facts and
/// the messages about them can carry the run to its end.</summary>
internal sealed partial class TestRun : IAsyncDisposable
{
    public const string StartPolicy = "57a8700000000000000000000000000000000000000000000000000000000000";

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-coordinator-").FullName;

    private TestRun()
    {
        Home = new(folder);
        Database = Database.Sqlite(Home.DatabaseFile);
    }

    public HomeFolder Home { get; }

    public Database Database { get; }

    public Guid Id { get; } = RlaifId.Of("run");

    public FakeTimeProvider Time { get; } =
        new(new DateTimeOffset(2026, 11, 25, 18, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };

    public RunTables Runs => new(Database);

    public PairTables Pairs => new(Database);

    public static async Task<TestRun> Create(Recipe? recipe = null)
    {
        var created = new TestRun();
        await created.Database.Migrate(default);
        await created.Add(created.Id, recipe ?? TestRecipe.Of());
        return created;
    }

    /// <summary>The run as an earlier version left it: its tables and rows as SQL, brought to this version.</summary>
    public static async Task<TestRun> Restore(string stored)
    {
        var restored = new TestRun();
        await using (var connection = await restored.Database.Open(default))
        {
            await using var script = connection.CreateCommand();
            script.CommandText = await File.ReadAllTextAsync(Repository.Path($"tests/Rlaif.Coordinator.Tests/Stored/{stored}"));
            await script.ExecuteNonQueryAsync();
        }

        await restored.Database.Migrate(default);
        restored.Time.Advance(TimeSpan.FromDays(1));
        return restored;
    }

    public async Task Add(Guid id, Recipe recipe)
    {
        var yaml = await File.ReadAllTextAsync(Repository.Path("constitutions/brief.yaml"));
        RunRow row = new()
        {
            Id = id,
            Name = "test",
            Recipe = Json.Of(recipe),
            StartPolicy = StartPolicy,
            Constitution = yaml,
            ConstitutionSha256 = Constitution.Parse(yaml, "brief.yaml").Sha256,
            CreatedAt = Time.GetUtcNow(),
        };
        await Runs.Create(
            row,
            AsyncEnumerable.ToAsyncEnumerable<PromptRow>([.. Prompts(id, "train", 1, 4), .. Prompts(id, "train", 2, 4), .. Prompts(id, "evaluation", 0, 3), .. Prompts(id, "demo", 0, 1), .. Prompts(id, "calibration", 0, 2)]),
            default);
    }

    public Task<Worksite> Start(Workplace place) => Worksite.Start(this, place);

    public async Task<bool> HasEnded(Guid? id = null)
    {
        var row = await Runs.Find(id ?? Id, default);
        Assert.True(string.IsNullOrEmpty(row!.PauseReason), row.PauseReason);
        return row.EndedAt is not null;
    }

    public Task Ended(Guid? id = null) => Eventually.True(() => HasEnded(id), "the run reached its end");

    /// <summary>From nothing to the end in one process.</summary>
    public async Task RunToItsEnd(Workplace place)
    {
        await using var site = await Start(place);
        await Ended();
    }

    /// <summary>All rows without times, which are the clock's, and without who held a training how often, which is a matter of luck.</summary>
    public async Task<string> Dump()
    {
        await using var connection = await Database.Open(default);
        var dump = await TableDump.Of(connection, column => column is "owner" or "epoch" or "lease_until" or "taken_by" or "taken_until" or "Applied" || column.EndsWith("_at", StringComparison.Ordinal));
        return Deadline().Replace(dump, "");
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static IEnumerable<PromptRow> Prompts(Guid run, string split, int round, int count) => Enumerable.Range(0, count).Select(i => new PromptRow
    {
        RunId = run,
        Split = split,
        Round = round,
        Ordinal = i,
        Id = $"{split}-{round}-{i}",
        Body = Json.Of(new Prompt($"{split}-{round}-{i}", [new("user", $"When is it, {i}?")])),
        HumanChosen = split == "calibration" ? "On Monday." : null,
        HumanRejected = split == "calibration" ? "Who cares?" : null,
    });

    [GeneratedRegex("\"deadline\":\"[^\"]*\"", RegexOptions.NonBacktracking)]
    private static partial Regex Deadline();
}
