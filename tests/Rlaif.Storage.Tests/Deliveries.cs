namespace Rlaif.Storage.Tests;

/// <summary>Every way in which facts enter the database. A delivery is numbered: a second one carries the same ids, and other content
/// and times, as a slow copy of the first might.</summary>
internal static class Deliveries
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    public static readonly IReadOnlyDictionary<string, Func<Database, int, Task>> All = new Dictionary<string, Func<Database, int, Task>>(StringComparer.Ordinal)
    {
        ["run and prompts"] = (database, n) => new RunTables(database).Create(Rows.NewRun(Rows.Run, At(n)), AsyncEnumerable.ToAsyncEnumerable<PromptRow>([Rows.Prompt(0), Rows.Prompt(n)]), default),
        ["run end"] = (database, n) => new RunTables(database).End(Rows.Run, $"policy {n}", At(n), default),
        ["run pause"] = (database, n) => new RunTables(database).Pause(Rows.Id("pause"), Rows.Run, $"reason {n}", At(n), default),
        ["stage and commands"] = (database, n) => new WorkTables(database).Plan(
            Rows.NewStage(n, "responses") with { PlannedAt = At(n) }, AsyncEnumerable.ToAsyncEnumerable<CommandRow>([Rows.Command(0, "responses") with { Body = $"{n}" }]), default),
        ["stage end"] = (database, n) => new WorkTables(database).EndStage(Rows.Run, 1, Rows.Stage, $"note {n}", At(n), default),
        ["responses"] = (database, n) => new ResponseTables(database).Insert(
            Rows.Command(0).Id,
            [Rows.Response(0, $"text {n}")],
            [new() { Id = Rows.Id("response"), RunId = Rows.Run, DraftId = Rows.Id("response", 1), Principle = "brief", Critique = $"critique {n}" }],
            [new() { RunId = Rows.Run, PromptId = "p0", Tokens = [n] }],
            $"{n}",
            At(n),
            default),
        ["pairs"] = (database, n) => new PairTables(database).Insert([Rows.Pair(0) with { Ordinal = n }], default),
        ["label and votes"] = (database, n) => new PairTables(database).Insert(Rows.Label(0, 1.0 / n), n == 1 ? null : "declined", At(n), default),
        ["settled"] = (database, n) => new PairTables(database).Settle(
            [new() { PairId = Rows.Id("pair"), RunId = Rows.Run, Preference = 1.0 / n, Kept = n == 1 }], default),
        ["job"] = (database, n) => new TrainingTables(database).Enqueue(Rows.Job(0) with { Body = $"{n}" }, At(n), default),
        ["checkpoint and metrics"] = Publish,
        ["scores"] = (database, n) => new EvaluationTables(database).Insert(
            Rows.Command(0).Id, [new() { ResponseId = Rows.Id("response"), RewardModel = "ee", RunId = Rows.Run, Reward = n }], At(n), default),
        ["evaluation"] = (database, n) => new EvaluationTables(database).Insert(
            Rows.Command(0).Id,
            new EvaluationRow { RunId = Rows.Run, Round = 1, Candidate = "ab", Promoted = n == 1, Figures = $"{n}", EvaluatedAt = At(n) },
            At(n),
            default),
    };

    private static DateTimeOffset At(int n) => Rows.At.AddSeconds(n);

    private static async Task Publish(Database database, int n)
    {
        var trainings = new TrainingTables(database);
        if (n == 1)
        {
            // Of a run of its own: that of the other rows is paused and ended by other deliveries.
            await trainings.Enqueue(Rows.Job(1, "publish") with { RunId = Rows.Id("run that goes on") }, Rows.At, default);
            await trainings.Claim(["publish"], "me", Rows.At, Lease, default);
        }

        var held = Rows.Job(1) with { Epoch = 1 };
        Assert.True(await trainings.Publish(held, Rows.Checkpoint(1, $"artifact {n}"), [Rows.Metric(1, n)], $"{n}", At(n), default));
    }
}
