using Rlaif.Contracts;

namespace Rlaif.Storage.Tests;

/// <summary>Sample rows of one run, each with every column set.</summary>
internal static class Rows
{
    public const string Stage = "labels";

    public static Guid Run { get; } = RlaifId.Of("run");

    public static DateTimeOffset At { get; } = new DateTimeOffset(2026, 11, 25, 18, 0, 0, TimeSpan.Zero).AddMicroseconds(123_456);

    public static Guid Id(string what, int i = 0) => RlaifId.Of(Run, what, i);

    public static RunRow NewRun(Guid id, DateTimeOffset at) => new()
    {
        Id = id,
        Name = "tiny",
        Recipe = "{}",
        Seed = 7,
        StartPolicy = "aa",
        Constitution = "id: c",
        ConstitutionSha256 = "cc",
        CreatedAt = at,
    };

    public static PromptRow Prompt(int i, string text = "Hi?") => new()
    {
        RunId = Run,
        Split = "train",
        Round = 1,
        Ordinal = i,
        Id = $"p{i}",
        Body = Json.Of(new Prompt($"p{i}", [new("user", text)])),
        HumanChosen = "yes",
        HumanRejected = "no",
    };

    public static CommandRow Command(int i, string stage = Stage, Guid? run = null) => new()
    {
        Id = RlaifId.Of(run ?? Run, stage, i),
        RunId = run ?? Run,
        Round = 1,
        Stage = stage,
        Ordinal = i,
        Kind = nameof(LabelPreference),
        Pool = "rules",
        Body = "{}",
    };

    public static StageRow NewStage(int total, string name = Stage, int ordinal = 0, Guid? run = null) =>
        new() { RunId = run ?? Run, Round = 1, Ordinal = ordinal, Name = name, Total = total, PlannedAt = At };

    public static ResponseRow Response(int i, string text = "It is \"so\".\n\u2028") => new()
    {
        Id = Id("response", i),
        RunId = Run,
        Round = 1,
        Purpose = nameof(Purpose.Preference),
        PromptId = "p0",
        Sample = i,
        Policy = "aa",
        Text = text,
        Ended = true,
        Tokens = [1, 0, 50_000],
        LogProb = -0.1 - 0.2,
        ReferenceK1 = 1.5,
        ReferenceK3 = double.Epsilon,
    };

    public static PairRow Pair(int i) => new()
    {
        Id = Id("pair", i),
        RunId = Run,
        Round = 1,
        Purpose = nameof(Purpose.Preference),
        Ordinal = i,
        PromptId = "p0",
        FirstId = Id("response", i),
        SecondId = Id("response", i + 1),
        Human = 1,
    };

    public static PreferenceLabeled Label(int i, double preference) => new()
    {
        Id = Command(i).Id,
        RunId = Run,
        PairId = Id("pair", i),
        Pool = "rules",
        Labeler = "rules",
        Votes =
        [
            new() { Principle = "brief", Preference = preference, PositionBias = -0.25, OrderConsistent = true },
            new() { Principle = "kind", Failure = FailureKind.NoVerdict, Detail = "neither" },
            new() { Principle = "safe", NotApplicable = true },
        ],
        Calls = 2,
        PromptSha256 = "9a",
    };

    public static JobRow Job(int i, string kind = "train") => new() { Id = Command(i).Id, RunId = Run, Kind = kind, Body = """{"n":1}""" };

    public static CheckpointRow Checkpoint(int i, string artifact = "ab") => new()
    {
        CommandId = Command(i).Id,
        RunId = Run,
        Round = 1,
        Kind = "policy",
        Artifact = artifact,
        WeightsSha256 = "ba",
        StartArtifact = "aa",
        DataArtifact = "da",
        PublishedAt = At,
    };

    public static MetricRow Metric(int i, double value) =>
        new() { CommandId = Command(i).Id, RunId = Run, Round = 1, Stage = "dpo", Step = 3, Name = "loss", Value = value };
}
