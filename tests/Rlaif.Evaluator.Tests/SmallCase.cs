using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Evaluator.Tests;

/// <summary>Three held-out prompts (more repeat them), one response of each policy to each, two principles of weight 1, two reward models:
/// small enough to count by hand. Round 2 is evaluated, round 1's policy is the incumbent.</summary>
internal static class SmallCase
{
    private const string Yaml = """
        schema: constitution/v1
        id: test
        version: "1"
        title: Test
        critiqueRequest: What is wrong?
        revisionRequest: Write it again.
        principles:
          - id: brief
            question: Which is briefer?
          - id: kind
            question: Which is kinder?
        """;

    // By round: the starting policy, the incumbent, the candidate.
    private static readonly string[][] Texts = [["no", "no", "rather long"], ["perhaps", "perhaps", "perhaps"], ["longer", "no", "short"]];

    private static readonly double[] K1 = [1, 2, 3], K3 = [0.5, 1, 1.5], StartRewards = [1, 0, 1], CandidateRewards = [2, 0, 3];

    public static async Task<EvaluatorHome> Start(int prompts = 3)
    {
        var home = await EvaluatorHome.Start(Yaml, [.. Enumerable.Range(0, prompts).Select(i => new Prompt($"p{i}", [new("user", $"Is it {i}?")]))]);
        for (var round = 0; round < 3; round++)
        {
            await home.Get<ResponseTables>().Insert(default, [.. Enumerable.Range(0, prompts).Select(i => Row(round, i))], [], [], "{}", EvaluatorHome.At, default);
        }

        await Publish(home, 1, "old model");
        await Publish(home, 2, "new model");
        await Score(home, "old model", prompts, [0, 0, 0], [-9, -9, -9]);
        await Score(home, "new model", prompts, StartRewards, CandidateRewards);
        return home;
    }

    /// <summary>A pair of round 2: the candidate's response and the other round's, with what the labeler said of brief and kind.</summary>
    public static async Task Label(EvaluatorHome home, int other, int prompt, params Vote[] votes)
    {
        var pair = RlaifId.Of("pair", other, prompt);
        var pairs = home.Get<PairTables>();
        PairRow row = new()
        {
            Id = pair, RunId = EvaluatorHome.Run, Round = 2, Purpose = nameof(Purpose.Evaluation), Ordinal = (other * 100) + prompt, PromptId = $"p{prompt}", FirstId = Id(2, prompt), SecondId = Id(other, prompt),
        };
        await pairs.Insert([row], default);
        await pairs.Insert(
            new() { Id = RlaifId.Of(pair, "rules", 1), RunId = EvaluatorHome.Run, PairId = pair, Pool = "rules", Labeler = "rules", Votes = votes }, null, EvaluatorHome.At, default);
    }

    public static Vote Brief(double preference) => new() { Principle = "brief", Preference = preference };

    public static Vote Kind(double? preference) => new() { Principle = "kind", Preference = preference, NotApplicable = preference is null };

    public static Vote Failed(string principle) => new() { Principle = principle, Failure = FailureKind.Timeout };

    private static Guid Id(int round, int i) => RlaifId.Of("response", round, i);

    private static ResponseRow Row(int round, int i) => new()
    {
        Id = Id(round, i),
        RunId = EvaluatorHome.Run,
        Round = round,
        Purpose = nameof(Purpose.Evaluation),
        PromptId = $"p{i}",
        Policy = $"policy {round}",
        Text = Texts[round][i % 3],
        Ended = true,
        Tokens = [1],
        ReferenceK1 = round == 2 ? K1[i % 3] : null,
        ReferenceK3 = round == 2 ? K3[i % 3] : null,
    };

    private static Task Score(EvaluatorHome home, string model, int prompts, double[] start, double[] candidate)
    {
        ScoreRow Reward(int round, int i, double reward) => new() { ResponseId = Id(round, i), RewardModel = model, RunId = EvaluatorHome.Run, Reward = reward, Members = [reward - 1, reward + 1] };
        return home.Get<EvaluationTables>().Insert(
            default,
            [.. Enumerable.Range(0, prompts).SelectMany(i => new[] { Reward(0, i, start[i % 3]), Reward(2, i, candidate[i % 3]) })],
            EvaluatorHome.At,
            default);
    }

    private static async Task Publish(EvaluatorHome home, int round, string artifact)
    {
        var (trainings, id) = (home.Get<TrainingTables>(), RlaifId.Of(EvaluatorHome.Run, round, "reward-model"));
        await trainings.Enqueue(new() { Id = id, RunId = EvaluatorHome.Run, Kind = artifact, Body = "{}" }, EvaluatorHome.At, default);
        var job = await trainings.Claim([artifact], "trainer", EvaluatorHome.At, TimeSpan.FromMinutes(1), default);
        CheckpointRow checkpoint = new()
        {
            CommandId = id, RunId = EvaluatorHome.Run, Round = round, Kind = "reward-model", Artifact = artifact, PublishedAt = EvaluatorHome.At.AddSeconds(round),
        };
        Assert.True(await trainings.Publish(job!, checkpoint, [], "{}", EvaluatorHome.At, default));
    }
}
