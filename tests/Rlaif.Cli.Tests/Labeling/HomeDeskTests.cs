using Rlaif.Cli.Labeling;
using Rlaif.Cli.Tests.Looking;
using Rlaif.Contracts;
using Rlaif.Hosting;
using Rlaif.Recipes;
using Rlaif.Storage;

namespace Rlaif.Cli.Tests.Labeling;

public sealed class HomeDeskTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-home").FullName;
    private readonly LabelPreference[] pairs = [.. Enumerable.Range(0, 3).Select(i => PaperDesk.Pair(i))];
    private readonly Database database;

    public HomeDeskTests() => database = Database.Sqlite(Path.Combine(folder, HomeFolder.DatabaseName));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Guid Run { get; } = RlaifId.Of("run");

    private static DateTimeOffset At => SmallRun.At;

    public async ValueTask InitializeAsync()
    {
        await database.Migrate(default);
        await new RunTables(database).Create(
            new() { Id = Run, Name = "small", Recipe = "{}", StartPolicy = "aa", Constitution = "id: c", ConstitutionSha256 = "c0", CreatedAt = At }, AsyncEnumerable.Empty<PromptRow>(), default);
        await new WorkTables(database).Plan(
            new() { RunId = Run, Round = 1, Name = "labels", Total = pairs.Length, PlannedAt = At },
            AsyncEnumerable.ToAsyncEnumerable<CommandRow>([
                .. pairs.Select((pair, i) => new CommandRow
                {
                    Id = pair.Id,
                    RunId = Run,
                    Round = 1,
                    Stage = "labels",
                    Ordinal = i,
                    Kind = nameof(LabelPreference),
                    Pool = "human",
                    Body = Json.Of(pair),
                }),
            ]),
            default);
    }

    [Fact]
    public async Task Two_people_in_one_home_label_all_pairs_and_none_twice()
    {
        await using var ada = await Open("human/ada");
        await using var bob = await Open("human/bob", RlaifId.Short(Run));
        var first = (await bob.Next(new HashSet<Guid>(), Cancel)).Command!;
        using var keys = new StringReader("t\nt\n\n");
        var shown = await ReadConsole.Of(console => new LabelSession(ada, "human/ada", console, keys).Run(Cancel));
        Assert.Contains("3 pairs wait", shown, StringComparison.Ordinal);
        Assert.Equal((1, first.Id), (await Waiting(bob), (await bob.Next(new HashSet<Guid>(), Cancel)).Command!.Id));
        await bob.Give(Label(first, "human/bob"), Cancel);
        Assert.Equal(0, await Waiting(ada));
        Assert.Equal(3, Assert.Single(await new WorkTables(database).Stages(Run, Cancel)).Done);
    }

    [Fact]
    public async Task A_label_of_a_run_that_waits_or_has_ended_is_refused_in_one_sentence()
    {
        await using var ada = await Open("human/ada");
        await new RunTables(database).Pause(RlaifId.Of("pause"), Run, "The disk is full.", At, Cancel);
        await Refused(ada, Label(pairs[0], "human/ada"), "does not go on");
        await new RunTables(database).Pause(RlaifId.Of("resume"), Run, "", At.AddSeconds(1), Cancel);
        await ada.Give(Label(pairs[0], "human/ada"), Cancel);
        await new RunTables(database).End(Run, "aa", At, Cancel);
        await Refused(ada, Label(pairs[1], "human/ada"), "does not go on");
    }

    [Fact]
    public async Task A_label_that_does_not_answer_its_command_is_refused()
    {
        await using var ada = await Open("human/ada");
        var right = Label(pairs[0], "human/ada");
        await Refused(ada, right with { Id = RlaifId.Of("other") }, "answers no command");
        await Refused(ada, right with { PairId = pairs[1].PairId }, "names another run, pair or pool");
        await Refused(ada, right with { Pool = "judge" }, "names another run, pair or pool");
        await Refused(ada, right with { Labeler = " " }, "A labeler is named by");
        await Refused(ada, right with { Votes = [] }, "one vote for each principle");
        await Refused(ada, right with { Votes = [right.Votes[0], right.Votes[0]] }, "one vote for each principle");
        Vote[] wrong = [new() { Principle = "brief" }, new() { Principle = "brief", Preference = 1.5 }, new() { Principle = "brief", Preference = double.NaN },
            new() { Principle = "brief", Preference = 1, Failure = FailureKind.Timeout }, new() { Principle = "brief", NotApplicable = true, Failure = FailureKind.Timeout }];
        foreach (var vote in wrong)
        {
            await Refused(ada, right with { Votes = [vote] }, "exactly one of");
        }

        Assert.Equal(3, await Waiting(ada));
    }

    [Fact]
    public async Task A_run_that_is_not_there_is_one_sentence() => Assert.Contains(
        "There is no run 12345678", (await Assert.ThrowsAsync<MissingException>(() => Open("human/ada", "12345678"))).Message, StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static PreferenceLabeled Label(LabelPreference command, string labeler) => new()
    {
        Id = command.Id,
        RunId = command.RunId,
        PairId = command.PairId,
        Pool = command.Pool,
        Labeler = labeler,
        Votes = [.. command.Principles.Select(principle => new Vote { Principle = principle.Id, Preference = 1 })],
    };

    private static async Task Refused(HomeDesk desk, PreferenceLabeled label, string because) => Assert.Contains(
        because, (await Assert.ThrowsAnyAsync<InputException>(() => desk.Give(label, Cancel))).Message, StringComparison.Ordinal);

    private static async Task<int> Waiting(HomeDesk desk) => (await desk.Next(new HashSet<Guid>(), Cancel)).Waiting;

    private Task<HomeDesk> Open(string labeler, string? run = null) => HomeDesk.Open(folder, "human", labeler, run, TimeProvider.System, Cancel);
}
