using System.Text.Json;
using Rlaif.Cli.Looking;
using Rlaif.Contracts;
using Rlaif.Storage;

namespace Rlaif.Cli.Tests.Looking;

public class SummaryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly JudgeReport Rules = new() { Labeler = "rules", Calls = 90, Failures = new Dictionary<string, int>() };

    private static readonly JudgeReport Judge = new()
    {
        Labeler = "judge/pairwise/m",
        Calls = 8,
        Failures = new Dictionary<string, int> { ["noVerdict"] = 1 },
        OrderConsistency = 0.25,
        FirstPlaceBias = 1.7,
    };

    [Fact]
    public async Task A_summary_has_exactly_the_promised_keys()
    {
        var json = await Summarise([Rules]);
        Assert.Equal(
            "runId seed checkpoint winRate perPrinciple kl rewardModel judge probes promoted reasons seconds peakMemoryBytes",
            Keys(json));
        Assert.Equal("path sha256", Keys(json.GetProperty("checkpoint")));
        Assert.Equal("mean low high prompts labeler", Keys(json.GetProperty("winRate")));
        Assert.Equal("principle mean low high", Keys(json.GetProperty("perPrinciple")[0]));
        Assert.Equal("estimator natsPerSequence", Keys(json.GetProperty("kl")));
        Assert.Equal("accuracy low high lengthBaseline calibrationError temperature", Keys(json.GetProperty("rewardModel")));
        Assert.Equal("calls failures orderConsistency firstPlaceBias", Keys(json.GetProperty("judge")));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("judge").GetProperty("orderConsistency").ValueKind);
    }

    [Fact]
    public async Task A_summary_holds_the_figures_of_the_run()
    {
        var json = await Summarise([Rules, Judge]);
        Assert.Equal(0.65, json.GetProperty("winRate").GetProperty("low").GetDouble());
        Assert.Equal("""{"estimator":"k3","natsPerSequence":1.25}""", JsonSerializer.Serialize(json.GetProperty("kl")));
        Assert.Equal(8, json.GetProperty("judge").GetProperty("calls").GetInt32());
        Assert.Equal(2, json.GetProperty("seconds").GetProperty("dpo").GetDouble());
        Assert.Equal("responses labels reward-model sft dpo evaluation", Keys(json.GetProperty("seconds")));
        Assert.True(json.GetProperty("promoted").GetBoolean());
        Assert.Equal(1 << 20, json.GetProperty("peakMemoryBytes").GetInt64());
    }

    [Fact]
    public void What_was_not_measured_is_left_out_or_null()
    {
        EvaluationFigures bare = SmallRun.Figures with { RewardModel = null, KlNatsPerSequence = new Dictionary<string, double>() };
        EvaluationRow row = new() { Candidate = "c", Figures = Json.Of(bare) };
        var json = JsonDocument.Parse(Summary.Of(new() { FinalPolicy = "start" }, new("p", "s"), [row], [], [], 1).ToJson()).RootElement;
        Assert.All(new[] { "kl", "rewardModel", "judge" }, key => Assert.Equal(JsonValueKind.Null, json.GetProperty(key).ValueKind));
        Assert.False(json.GetProperty("promoted").GetBoolean());
    }

    private static async Task<JsonElement> Summarise(IReadOnlyList<JudgeReport> judges)
    {
        await using var world = await SmallRun.Create();
        var run = (await new RunTables(world.Database).Find(SmallRun.Run, Cancel))!;
        var evaluations = await new EvaluationTables(world.Database).Of(run.Id, Cancel);
        var stages = await new WorkTables(world.Database).Stages(run.Id, Cancel);
        return JsonDocument.Parse(Summary.Of(run, new("/p", SmallRun.DpoWeights), evaluations, judges, stages, 1 << 20).ToJson()).RootElement;
    }

    private static string Keys(JsonElement element) => string.Join(' ', element.EnumerateObject().Select(property => property.Name));
}
