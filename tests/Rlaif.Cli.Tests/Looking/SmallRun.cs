using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Cli.Tests.Looking;

/// <summary>A home with one finished run of one round, filled through the tables: two prompts, four pairs of which two were kept, the rules
/// and a judge that fails once, a reward model, SFT, DPO and an evaluation.</summary>
internal sealed class SmallRun : IAsyncDisposable
{
    public const string Start = "57a8700000000000000000000000000000000000000000000000000000000000";
    public const string SftPolicy = "5f70000000000000000000000000000000000000000000000000000000000000";
    public const string DpoPolicy = "d900000000000000000000000000000000000000000000000000000000000000";
    public const string DpoWeights = "abc1230000000000000000000000000000000000000000000000000000000000";
    public const string Escape = "\u001b[2J[red]x[/]\u202e";

    private readonly string folder = Directory.CreateTempSubdirectory("rlaif-looking").FullName;

    private SmallRun()
    {
        Database = Database.Sqlite(Path.Combine(folder, "rlaif.db"));
        Artifacts = new ArtifactStore(Path.Combine(folder, "artifacts"));
    }

    public static DateTimeOffset At { get; } = new(2026, 11, 25, 18, 0, 0, TimeSpan.Zero);

    public static Guid Run { get; } = RlaifId.Of("small run");

    public Database Database { get; }

    public ArtifactStore Artifacts { get; }

    public static Guid Pair(int i) => RlaifId.Of(Run, "pair", i);

    public static Guid Response(int i) => RlaifId.Of(Run, "response", i);

    public static EvaluationFigures Figures { get; } = new()
    {
        Prompts = 40,
        Labeler = "rules",
        WinRate = new(0.7, 0.65, 0.75),
        PerPrinciple = [new("concise", 0.6, 0.55, 0.64), new("polite", 0.5, 0.46, 0.53)],
        AgainstIncumbent = new(0.7, 0.65, 0.75),
        KlNatsPerSequence = new Dictionary<string, double> { ["k1"] = 1.125, ["k3"] = 1.25 },
        RewardModel = new(new(0.8, 0.7, 0.9), 0.71, 120, -0.1, 0.4, new(0.08, 1.25, 0.02, [new(120, 0.7, 0.62)]), new(3, 0.25, 0.75, 0.9, 0.5)),
        Probes = new Dictionary<string, double> { ["words"] = 5.7, ["flattery"] = 0.02 },
        StartProbes = new Dictionary<string, double> { ["words"] = 11.4, ["flattery"] = 0.2 },
        Promote = true,
        Reasons = ["The lower bound of the win rate is above one half."],
    };

    public static async Task<SmallRun> CreateEmpty()
    {
        var world = new SmallRun();
        await world.Database.Migrate(default);
        return world;
    }

    public static async Task<SmallRun> Create()
    {
        var world = await CreateEmpty();
        await world.CreateRun();
        await world.AddFeedback();
        await world.AddTrainings();
        await world.AddEvaluation();
        return world;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task CreateRun()
    {
        var prompts = new[] { "p0", "p1" }.Select((id, i) => new PromptRow
        {
            RunId = Run,
            Split = "train",
            Round = 1,
            Ordinal = i,
            Id = id,
            Body = Json.Of(new Prompt(id, [new("user", $"Question {i}")])),
        });
        await new RunTables(Database).Create(
            new()
            {
                Id = Run,
                Name = "small",
                Recipe = """{"name":"small","policy":"p","constitution":"c","prompts":{"train":"t"},"labelers":{"rules":"settle"},"rounds":1,"optimize":[{"sft":{}},{"dpo":{}}]}""",
                Seed = 7,
                StartPolicy = Start,
                Constitution = "id: c",
                ConstitutionSha256 = "c0",
                CreatedAt = At,
            },
            AsyncEnumerable.ToAsyncEnumerable<PromptRow>([.. prompts]),
            default);
    }

    private async Task AddFeedback()
    {
        var work = new WorkTables(Database);
        var generate = RlaifId.Of(Run, "generate");
        await Plan(work, 0, "responses", [Command(generate, "responses", nameof(GenerateResponses), "{}")]);
        var responses = Enumerable.Range(0, 6).Select(i => new ResponseRow
        {
            Id = Response(i),
            RunId = Run,
            Round = 1,
            Purpose = nameof(Purpose.Preference),
            PromptId = $"p{i / 3}",
            Sample = i % 3,
            Policy = Start,
            Text = Escape,
            Ended = true,
            Tokens = [1, 2],
        });
        RevisionRow revision = new() { Id = Response(2), RunId = Run, DraftId = Response(0), Principle = "concise", Critique = "Too long." };
        await new ResponseTables(Database).Insert(generate, [.. responses], [revision], [], "{}", At, default);
        await End(work, "responses", "", 1.5);

        var pairs = new PairTables(Database);
        await pairs.Insert(
            [
                .. Enumerable.Range(0, 4).Select(i => new PairRow
                {
                    Id = Pair(i),
                    RunId = Run,
                    Round = 1,
                    Purpose = nameof(Purpose.Preference),
                    Ordinal = i,
                    PromptId = $"p{i / 2}",
                    FirstId = Response(i / 2 * 3),
                    SecondId = Response((i / 2 * 3) + 1 + (i % 2)),
                }),
            ],
            default);
        var labels = from i in Enumerable.Range(0, 4) from pool in new[] { "judge", "rules" } select Label(i, pool);
        await Plan(work, 1, "labels", [.. labels.Select(id => Command(id, "labels", nameof(LabelPreference), "{}"))]);
        for (var i = 0; i < 4; i++)
        {
            Vote silent = new() { Principle = "declines", NotApplicable = true };
            Vote failed = new() { Principle = "concise", Failure = FailureKind.NoVerdict, Detail = Escape };
            await pairs.Insert(Labeled(i, "rules", "rules", [Vote("concise", i == 3 ? 0.5 : 0.73), silent]), null, At, default);
            await pairs.Insert(Labeled(i, "judge", "judge/pairwise/m", [i == 0 ? failed : Vote("concise", 0.6)]), null, At, default);
        }

        var settled = Enumerable.Range(0, 4).Select(i =>
            new SettledRow { PairId = Pair(i), RunId = Run, Preference = i < 3 ? 0.73 : null, Dropped = i < 3 ? null : "tie", Kept = i < 2 });
        await pairs.Settle([.. settled], default);
        await End(work, "labels", "25 % ties", 0.5);
    }

    private async Task AddTrainings()
    {
        var staged = Artifacts.Stage("data");
        await File.WriteAllTextAsync(Path.Combine(staged, "pairs.jsonl"), $$"""{"source":"{{Pair(1)}}","prompt":[1]}""" + "\n");
        var traced = await Artifacts.Add(staged, default);
        var sft = new OptimizePolicy(default, Run, 1, 0, "sft", Start, Start, "da7b", 3);
        var dpo = new OptimizePolicy(default, Run, 1, 1, "dpo", SftPolicy, SftPolicy, traced, 3);
        await Train(2, "reward-model", new TrainRewardModel(default, Run, 1, Start, "da7a", 3), Start, "e0", "e1", "da7a");
        await Train(3, "sft", sft, Start, SftPolicy, "e2", "da7b");
        await Train(4, "dpo", dpo, SftPolicy, DpoPolicy, DpoWeights, traced);
    }

    private async Task Train<T>(int ordinal, string stage, T command, string start, string artifact, string weights, string data)
    {
        var (work, trainings, id) = (new WorkTables(Database), new TrainingTables(Database), RlaifId.Of(Run, stage));
        await Plan(work, ordinal, stage, [Command(id, stage, typeof(T).Name, Json.Of(command))]);
        await trainings.Enqueue(new() { Id = id, RunId = Run, Kind = stage, Body = "{}" }, At, default);
        var job = await trainings.Claim([stage], "me", At, TimeSpan.FromMinutes(1), default);
        CheckpointRow checkpoint = new()
        {
            CommandId = id,
            RunId = Run,
            Round = 1,
            Kind = command is TrainRewardModel ? "reward-model" : "policy",
            Artifact = artifact,
            WeightsSha256 = weights,
            StartArtifact = start,
            DataArtifact = data,
            PublishedAt = At.AddSeconds(ordinal),
        };
        var metrics = Enumerable.Range(1, 3).Select(step =>
            new MetricRow { CommandId = id, RunId = Run, Round = 1, Stage = stage, Step = step, Name = "loss", Value = 0.7 / step });
        Assert.True(await trainings.Publish(job!, checkpoint, [.. metrics], "{}", At, default));
        await End(work, stage, "", 2);
    }

    private async Task AddEvaluation()
    {
        var (work, id) = (new WorkTables(Database), RlaifId.Of(Run, "evaluation"));
        await Plan(work, 5, "evaluation", [Command(id, "evaluation", nameof(EvaluatePolicy), "{}")]);
        EvaluationRow row = new() { RunId = Run, Round = 1, Candidate = DpoPolicy, Promoted = true, Figures = Json.Of(Figures), EvaluatedAt = At };
        await new EvaluationTables(Database).Insert(id, row, At, default);
        await End(work, "evaluation", "promoted", 1);
        await new RunTables(Database).End(Run, DpoPolicy, At.AddMinutes(1), default);
    }

    private static Guid Label(int pair, string pool) => RlaifId.Of(Pair(pair), pool, 0);

    private static Vote Vote(string principle, double preference) => new() { Principle = principle, Preference = preference };

    private static PreferenceLabeled Labeled(int pair, string pool, string labeler, IReadOnlyList<Vote> votes) => new()
    {
        Id = Label(pair, pool),
        RunId = Run,
        PairId = Pair(pair),
        Pool = pool,
        Labeler = labeler,
        Votes = votes,
        Calls = pool == "judge" ? 2 : 0,
        PromptSha256 = pool == "judge" ? "9a" : null,
    };

    private static CommandRow Command(Guid id, string stage, string kind, string body) =>
        new() { Id = id, RunId = Run, Round = 1, Stage = stage, Kind = kind, Body = body };

    private static Task Plan(WorkTables work, int ordinal, string name, IReadOnlyList<CommandRow> commands) =>
        work.Plan(new() { RunId = Run, Round = 1, Ordinal = ordinal, Name = name, PlannedAt = At }, commands.ToAsyncEnumerable(), default);

    private static Task End(WorkTables work, string name, string note, double seconds) =>
        work.EndStage(Run, 1, name, note, At.AddSeconds(seconds), default);
}
